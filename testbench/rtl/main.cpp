// The main program of the RTL unit tests.

// gcc 12 with sanitizers takes the std::regex inside Catch for uninitialised.
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
