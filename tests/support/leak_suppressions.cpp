// Read by the leak checker of AddressSanitizer, in every test program and fuzz target.
#if defined(__SANITIZE_ADDRESS__)
#define ITPN_HAS_LEAK_CHECKER
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ITPN_HAS_LEAK_CHECKER
#endif
#endif

#ifdef ITPN_HAS_LEAK_CHECKER
// Fontconfig keeps distances instead of pointers between parts of a font's description, which Cairo holds until the
// program ends: the leak checker does not follow them and takes the parts for lost.
extern "C" const char* __lsan_default_suppressions() { return "leak:libfontconfig"; }
#endif
