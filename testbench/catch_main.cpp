// The main program of all unit tests, and Catch2's own code.

// gcc 12 with sanitizers takes the std::regex inside Catch for uninitialised.
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
