// What the tracks of a timeline are called, and what the two numbers of their spans are.
#pragma once

#include <array>

#include "bcq/sim/machine/timeline.hpp"

namespace bcq::sim {

struct TrackText {
  const char* name;   ///< for people
  const char* scope;  ///< in waves
  const char* first;
  const char* second;
};

inline constexpr std::array<TrackText, kTracks> kTrackTexts{{
    {"activation DMA", "activation_dma", "panel", "chunk"},
    {"weight DMA", "weight_dma", "panel", "chunk"},
    {"result DMA", "result_dma", "m", "group"},
    {"DRAM", "dram", "port", "transfer"},
    {"array", "array", "m", "n"},
    {"output", "output", "m", "n"},
    {"encoder", "encoder", "m", "group"},
}};

}  // namespace bcq::sim
