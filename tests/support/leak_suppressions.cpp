// Read by the leak checker of AddressSanitizer, which takes this file from the library by itself.
#if defined(__SANITIZE_ADDRESS__)
// Fontconfig keeps distances instead of pointers between parts of a font's description, which Cairo holds until the
// program ends: the leak checker does not follow them and takes the parts for lost.
extern "C" const char* __lsan_default_suppressions() { return "leak:libfontconfig"; }
#endif
