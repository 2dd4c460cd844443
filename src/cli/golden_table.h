/* What each format of the driver makes of golden_sound() and golden_noise(); written by `omniacm selftest --print`. */
{ 0x0006, 8000, 1, 8000, GOLDEN_ENCODE, 0, 0 },
