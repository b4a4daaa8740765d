// SPDX-License-Identifier: Apache-2.0
// A core behind the driver's two accesses: a master of AXI4-Lite that waits as long as it takes.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "Vaxi_bench.h"
#include "verilated.h"

extern "C" int player(int argc, char **argv);
extern "C" uint32_t core_read(uint32_t at);
extern "C" void core_write(uint32_t at, uint32_t value);

static Vaxi_bench *core;
static uint64_t cycles = 0;

static void half(int clk) {
    core->clk = clk;
    core->eval();
}

// What is set before is taken at the edge; what comes of it is there behind it.
static void cycle() {
    half(1);
    half(0);
    cycles++;
}

static void fine(unsigned response, uint32_t at) {
    if (response != 0) {
        std::fprintf(stderr, "response %u at %#x\n", response, at);
        std::exit(3);
    }
}

static void patience(int &left, uint32_t at) {
    if (--left == 0) {
        std::fprintf(stderr, "no answer at %#x\n", at);
        std::exit(4);
    }
}

extern "C" uint32_t core_read(uint32_t at) {
    int left = 1000;
    core->s_axil_araddr = at;
    core->s_axil_arvalid = 1;
    core->eval();
    while (!core->s_axil_arready) {
        patience(left, at);
        cycle();
    }
    cycle();
    core->s_axil_arvalid = 0;
    core->s_axil_rready = 1;
    core->eval();
    while (!core->s_axil_rvalid) {
        patience(left, at);
        cycle();
    }
    const uint32_t found = core->s_axil_rdata;
    fine(core->s_axil_rresp, at);
    cycle();
    core->s_axil_rready = 0;
    return found;
}

extern "C" void core_write(uint32_t at, uint32_t value) {
    int left = 1000;
    core->s_axil_awaddr = at;
    core->s_axil_wdata = value;
    core->s_axil_wstrb = 15;
    core->s_axil_awvalid = core->s_axil_wvalid = 1;
    core->eval();
    while (!core->s_axil_awready) {
        patience(left, at);
        cycle();
    }
    cycle();
    core->s_axil_awvalid = core->s_axil_wvalid = 0;
    core->s_axil_bready = 1;
    core->eval();
    while (!core->s_axil_bvalid) {
        patience(left, at);
        cycle();
    }
    fine(core->s_axil_bresp, at);
    cycle();
    core->s_axil_bready = 0;
}

int main(int argc, char **argv) {
    const auto made = std::make_unique<Vaxi_bench>();
    core = made.get();
    core->rst = 1;
    for (int i = 0; i < 4; i++) {
        cycle();
    }
    core->rst = 0;
    cycle();
    const int code = player(argc, argv);
    std::fprintf(stderr, "%llu cycles\n", static_cast<unsigned long long>(cycles));
    return code;
}
