// The kernels for OpenCL. Before this stand definitions of SPECTRA, CHANNELS, TAPS, FIRST, BAND, GROUP and BITS:
// see `Shape` for what they are. BLOCK is 2 * CHANNELS.

#define BLOCK (2 * CHANNELS)

// One work-item per sample.
kernel void fir(global const char *before, global const char *now, global const float *window,
                global float *filtered) {
    size_t i = get_global_id(0);
    size_t in_block = i % BLOCK, spectrum = i / BLOCK % SPECTRA, input = i / BLOCK / SPECTRA;
    float sum = 0;
    for (int tap = 0; tap < TAPS; tap++) {
        int block = (int)spectrum + tap - (TAPS - 1);
        global const char *from = block < 0 ? before : now;
        block += block < 0 ? SPECTRA : 0;
        sum += window[tap * BLOCK + in_block] * from[(input * SPECTRA + block) * BLOCK + in_block];
    }
    filtered[i] = sum;
}

float2 times(float2 a, float2 b) {
    return (float2)(a.x * b.x - a.y * b.y, a.x * b.y + a.y * b.x);
}

// e^(-i pi x)
float2 turn(float x) {
    return (float2)(cospi(x), -sinpi(x));
}

// The bits of an index in reverse order.
uint reversed(uint i) {
    uint result = 0;
    for (uint bit = 1; bit < CHANNELS; bit *= 2) {
        result = 2 * result + ((i & bit) != 0);
    }
    return result;
}

// One work-group of GROUP per spectrum. The real samples are taken as half as many complex ones, of which the
// spectrum is half of the sum and of the difference.
kernel void fft(global const float *filtered, global const uchar *valid, global float2 *spectra) {
    local float2 z[CHANNELS];
    size_t spectrum = get_group_id(0), own = get_local_id(0);
    global const float *samples = filtered + spectrum * BLOCK;
    for (uint i = own; i < CHANNELS; i += GROUP) {
        z[reversed(i)] = (float2)(samples[2 * i], samples[2 * i + 1]);
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    for (uint half_of = 1; half_of < CHANNELS; half_of *= 2) {
        for (uint i = own; i < CHANNELS / 2; i += GROUP) {
            uint k = i % half_of, low = i / half_of * half_of * 2 + k, high = low + half_of;
            float2 other = times(turn((float)k / half_of), z[high]);
            z[high] = z[low] - other;
            z[low] += other;
        }
        barrier(CLK_LOCAL_MEM_FENCE);
    }
    for (uint i = own; i < BAND; i += GROUP) {
        uint k = FIRST + i;
        float2 a = z[k], b = z[(CHANNELS - k) % CHANNELS];
        float2 even = (float2)(a.x + b.x, a.y - b.y) / 2;
        float2 odd = (float2)(a.y + b.y, b.x - a.x) / 2;
        float2 value = even + times(turn((float)k / CHANNELS), odd);
        spectra[spectrum * BAND + i] = valid[spectrum] ? value : (float2)(0, 0);
    }
}

// One work-item per visibility; the first of each baseline adds up the weight.
kernel void correlate(global const float2 *spectra, global const uchar *valid, global const uint *pairs,
                      global float2 *visibilities, global uint *weights) {
    size_t i = get_global_id(0), channel = i % BAND, baseline = i / BAND;
    size_t a = pairs[2 * baseline] * (size_t)SPECTRA, b = pairs[2 * baseline + 1] * (size_t)SPECTRA;
    float2 sum = (float2)(0, 0);
    for (size_t s = 0; s < SPECTRA; s++) {
        float2 x = spectra[(a + s) * BAND + channel], y = spectra[(b + s) * BAND + channel];
        sum += (float2)(x.x * y.x + x.y * y.y, x.y * y.x - x.x * y.y);
    }
    visibilities[i] += sum;
    if (channel == 0) {
        uint weight = 0;
        for (size_t s = 0; s < SPECTRA; s++) {
            weight += valid[a + s] & valid[b + s];
        }
        weights[baseline] += weight;
    }
}

// Puts one part of a number where packed ones are, the high byte first.
void store(float value, global char *packed, size_t part) {
    float most = (1 << (BITS - 1)) - 1;
    int rounded = (int)clamp(rint(value), -most, most);
    if (BITS == 16) {
        packed[2 * part] = (char)(rounded >> 8);
        packed[2 * part + 1] = (char)(rounded & 0xff);
    } else {
        packed[part] = (char)rounded;
    }
}

float load(global const char *packed, size_t part) {
    return BITS == 16 ? packed[2 * part] * 256 + (uchar)packed[2 * part + 1] : packed[part];
}

// One work-item per number.
kernel void pack(global const float2 *spectra, float scale, global char *packed) {
    size_t i = get_global_id(0);
    store(spectra[i].x * scale, packed, 2 * i);
    store(spectra[i].y * scale, packed, 2 * i + 1);
}

// One work-item per number.
kernel void unpack(global const char *packed, global const uchar *valid, float scale,
                   global float2 *spectra) {
    size_t i = get_global_id(0);
    float2 value = (float2)(load(packed, 2 * i), load(packed, 2 * i + 1)) / scale;
    spectra[i] = valid[i / BAND] ? value : (float2)(0, 0);
}
