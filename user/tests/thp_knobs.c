/* The files of /sys/kernel/mm/transparent_hugepage: Linux's names, formats and refusals. */
/* quire-test: thp=madvise */
#include <user/lib/khugepaged.h>
#include <user/lib/tap.h>

static int reads(const char *path, const char *want)
{
	char text[128];

	if (slurp(path, text, sizeof(text)) < 0)
		return 0;
	if (strcmp(text, want))
		diag("%s: %s", path, text);
	return !strcmp(text, want);
}

int main(void)
{
	plan(13);
	khuge_quick();
	/* What Linux starts with when it has 512 MB or more. */
	spit(THP "defrag", "madvise");
	spit(THP "use_zero_page", "1");
	spit(KHUGE "defrag", "1");
	ok(reads(THP "enabled", "always [madvise] never\n"), "enabled shows the choice in brackets");
	spit(THP "enabled", "always\n");
	ok(reads(THP "enabled", "[always] madvise never\n"), "and takes another, with a newline");
	ok(spit(THP "enabled", "sometimes") && errno == EINVAL, "but no unknown word");
	spit(THP "enabled", "madvise");
	ok(reads(THP "defrag", "always defer defer+madvise [madvise] never\n"), "defrag");
	ok(reads(THP "hpage_pmd_size", "2097152\n"), "hpage_pmd_size");
	ok(reads(THP "use_zero_page", "1\n"), "use_zero_page");
	ok(reads(KHUGE "max_ptes_none", "511\n"), "max_ptes_none");
	ok(reads(KHUGE "max_ptes_swap", "64\n"), "max_ptes_swap");
	ok(reads(KHUGE "max_ptes_shared", "256\n"), "max_ptes_shared");
	ok(reads(KHUGE "scan_sleep_millisecs", "10\n"), "scan_sleep_millisecs as we set it");
	ok(spit(KHUGE "max_ptes_none", "512") && errno == EINVAL, "max_ptes_none 512: EINVAL");
	ok(spit(KHUGE "pages_to_scan", "0") && errno == EINVAL, "pages_to_scan 0: EINVAL");
	ok(reads(KHUGE "defrag", "1\n"), "khugepaged/defrag");
	return done();
}
