/* kernel/debug/ubsan.c - what -fsanitize=undefined calls when C says that anything may happen. SAN=1 builds only.
 *
 * The compiler passes where it is and what types are involved; here it becomes one line with the values. Each place is
 * reported once: the compiler's record of it is marked. The layouts are those of libsanitizer (ubsan_handlers.h of GCC).
 *
 * Linux: lib/ubsan.c.
 */
#ifdef CONFIG_SAN
#include <kernel/debug/expect.h>
#include <kernel/debug/panic.h>
#include <kernel/lib/atomic.h>
#include <kernel/lib/compiler.h>
#include <kernel/lib/printf.h>
#include <kernel/lib/types.h>
#include <kernel/x86/usercopy.h>

struct source_location {
	const char	*file;
	u32		line;
	u32		column;		/* all ones: reported already */
};
#define REPORTED	0xffffffffU

struct type_descriptor {
	u16		kind;		/* 0: integer, 1: float */
	u16		info;		/* integer: bit 0 signed, above it log2 of the bits */
	char		name[];
};

struct place {				/* most records begin with where, and a type or two */
	struct source_location where;
	const struct type_descriptor *type, *other_type;
};

struct mismatch {
	struct source_location where;
	const struct type_descriptor *type;
	u8		log_alignment;
	u8		access;
};

static const char *const accesses[] = {
	"load of", "store to", "reference to", "member access within", "member call on", "constructor call on", "downcast of",
	"downcast of", "upcast of", "cast to virtual base of", "_Nonnull binding to", "dynamic operation on",
};

void __ubsan_handle_shift_out_of_bounds(struct place *place, unsigned long left, unsigned long right);
void __ubsan_handle_out_of_bounds(struct place *place, unsigned long index);
void __ubsan_handle_divrem_overflow(struct place *place, unsigned long left, unsigned long right);
void __ubsan_handle_negate_overflow(struct place *place, unsigned long value);
void __ubsan_handle_type_mismatch_v1(struct mismatch *place, unsigned long address);
void __ubsan_handle_load_invalid_value(struct place *place, unsigned long value);
void __ubsan_handle_vla_bound_not_positive(struct place *place, unsigned long bound);
void __ubsan_handle_pointer_overflow(struct place *place, unsigned long base, unsigned long result);
void __ubsan_handle_nonnull_arg(struct place *place);
void __ubsan_handle_nonnull_return_v1(struct place *place, struct source_location *where);
void __ubsan_handle_invalid_builtin(struct place *place);
void __ubsan_handle_builtin_unreachable(struct place *place);
void __ubsan_handle_missing_return(struct place *place);

/* => this place was not reported yet */
static bool first_time(struct source_location *where)
{
	return xchg(&where->column, REPORTED) != REPORTED;
}

static void say(const struct source_location *where, const char *text)
{
	debug_report("undefined behaviour at %s:%u: %s", where->file, where->line, text);
}

/* A value as the compiler passes it: in the register when it fits. Wider ones lie in memory. */
static const char *value_text(const struct type_descriptor *type, unsigned long value, char *text, size_t size)
{
	unsigned int bits = 1U << (type->info >> 1);

	if (type->kind)
		snprintf(text, size, "(%s)", type->name);
	else if (bits > 64)
		snprintf(text, size, "0x%016llx%016llx", ((u64 *)value)[1], ((u64 *)value)[0]);
	else if (type->info & 1)
		snprintf(text, size, "%lld", (s64)(value << (64 - bits)) >> (64 - bits));
	else
		snprintf(text, size, "%llu", (u64)value);
	return text;
}

static s64 signed_value(const struct type_descriptor *type, unsigned long value)
{
	unsigned int bits = 1U << (type->info >> 1);

	return bits < 64 && (type->info & 1) ? (s64)(value << (64 - bits)) >> (64 - bits) : (s64)value;
}

void __ubsan_handle_shift_out_of_bounds(struct place *place, unsigned long left, unsigned long right)
{
	char text[120], a[40], b[40];
	s64 by = signed_value(place->other_type, right);
	/* other_type is the right operand's: the record has the left one's type first */
	unsigned int bits = 1U << (place->type->info >> 1);

	if (!first_time(&place->where))
		return;
	value_text(place->type, left, a, sizeof(a));
	value_text(place->other_type, right, b, sizeof(b));
	if (by < 0)
		snprintf(text, sizeof(text), "shift of %s by the negative number %s", a, b);
	else if (by >= bits)
		snprintf(text, sizeof(text), "shift of %s (%u bits) by %s", a, bits, b);
	else
		snprintf(text, sizeof(text), "shift of %s by %s does not fit into %s", a, b, place->type->name);
	say(&place->where, text);
}

void __ubsan_handle_out_of_bounds(struct place *place, unsigned long index)
{
	char text[120], a[40];

	if (!first_time(&place->where))
		return;
	snprintf(text, sizeof(text), "index %s of %s", value_text(place->other_type, index, a, sizeof(a)),
		 place->type->name);
	say(&place->where, text);
}

void __ubsan_handle_divrem_overflow(struct place *place, unsigned long left, unsigned long right)
{
	char text[120], a[40], b[40];

	if (!first_time(&place->where))
		return;
	snprintf(text, sizeof(text), "division of %s by %s", value_text(place->type, left, a, sizeof(a)),
		 value_text(place->type, right, b, sizeof(b)));
	say(&place->where, text);
}

void __ubsan_handle_negate_overflow(struct place *place, unsigned long value)
{
	char text[120], a[40];

	if (!first_time(&place->where))
		return;
	snprintf(text, sizeof(text), "-(%s) does not fit into %s", value_text(place->type, value, a, sizeof(a)),
		 place->type->name);
	say(&place->where, text);
}

void __ubsan_handle_type_mismatch_v1(struct mismatch *place, unsigned long address)
{
	unsigned long alignment = 1UL << place->log_alignment;
	char text[160];

	/* A program may hand us any address, and the processor reads and writes anywhere. */
	if (address && address < USER_ADDRESS_END)
		return;
	if (!first_time(&place->where))
		return;
	if (!address)
		snprintf(text, sizeof(text), "%s a null pointer of type %s", accesses[place->access], place->type->name);
	else if (address & (alignment - 1))
		snprintf(text, sizeof(text), "%s misaligned address 0x%lx for type %s, which wants %lu bytes",
			 accesses[place->access], address, place->type->name, alignment);
	else
		snprintf(text, sizeof(text), "%s address 0x%lx with too little space for type %s",
			 accesses[place->access], address, place->type->name);
	say(&place->where, text);
}

void __ubsan_handle_load_invalid_value(struct place *place, unsigned long value)
{
	char text[120], a[40];

	if (!first_time(&place->where))
		return;
	snprintf(text, sizeof(text), "load of %s, which is no value of type %s",
		 value_text(place->type, value, a, sizeof(a)), place->type->name);
	say(&place->where, text);
}

void __ubsan_handle_vla_bound_not_positive(struct place *place, unsigned long bound)
{
	char text[120], a[40];

	if (!first_time(&place->where))
		return;
	snprintf(text, sizeof(text), "an array of %s elements", value_text(place->type, bound, a, sizeof(a)));
	say(&place->where, text);
}

void __ubsan_handle_pointer_overflow(struct place *place, unsigned long base, unsigned long result)
{
	char text[120];

	if (!first_time(&place->where))
		return;
	snprintf(text, sizeof(text), "pointer 0x%lx wraps to 0x%lx", base, result);
	say(&place->where, text);
}

void __ubsan_handle_nonnull_arg(struct place *place)
{
	if (first_time(&place->where))
		say(&place->where, "null is passed where the declaration forbids it");
}

void __ubsan_handle_nonnull_return_v1(struct place *place __unused, struct source_location *where)
{
	if (first_time(where))
		say(where, "null is returned where the declaration forbids it");
}

void __ubsan_handle_invalid_builtin(struct place *place)
{
	if (first_time(&place->where))
		say(&place->where, "zero is passed to a builtin that counts bits");
}

void __ubsan_handle_builtin_unreachable(struct place *place)
{
	panic("undefined behaviour at %s:%u: unreachable code is reached", place->where.file, place->where.line);
}

void __ubsan_handle_missing_return(struct place *place)
{
	panic("undefined behaviour at %s:%u: a function ends without its return value", place->where.file,
	      place->where.line);
}
#endif
