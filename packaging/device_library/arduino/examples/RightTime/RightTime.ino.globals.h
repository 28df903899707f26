/*@create-file:build.opt@
// The ESP8266's core reads the compiler's options from this block.
-std=gnu++20
*/
