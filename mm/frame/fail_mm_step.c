/* mm/frame/fail_mm_step.c - the steps that fail without an allocator, failing on purpose. See mm/frame/fail_mm_step.h.
 */
#include <mm/frame/fail_mm_step.h>

#define MM_STEP_NAME(id, name) [id] = name,
const char *const mm_step_names[NR_MM_STEPS] = { MM_STEPS(MM_STEP_NAME) };

DEFINE_FAULT_ATTR(fail_mm_step, "fail_mm_step");
unsigned long fail_mm_steps = ~0UL;

bool __should_fail_mm_step(enum mm_step step)
{
	return READ_ONCE(fail_mm_steps) & BIT(step) && should_fail(&fail_mm_step, 1);
}
