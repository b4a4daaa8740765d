/* The same perceptron with weights of 8 bits, sums of 32, a rectifier: predicting only. */
#include <stdint.h>

typedef struct {
    int8_t w1[MLP_HIDDEN][MLP_INPUTS];
    int32_t b1[MLP_HIDDEN];
    int8_t w2[MLP_CLASSES][MLP_HIDDEN];
    int32_t b2[MLP_CLASSES];
    int8_t h[MLP_HIDDEN];
} mlp8;

uint32_t mlp8_size(void);
int mlp8_predict(mlp8 *net, const int8_t *x);

uint32_t mlp8_size(void) { return (uint32_t)sizeof(mlp8); }

int mlp8_predict(mlp8 *net, const int8_t *x) {
    for (int j = 0; j < MLP_HIDDEN; j++) {
        int32_t z = net->b1[j];
        for (int i = 0; i < MLP_INPUTS; i++) {
            z += net->w1[j][i] * x[i];
        }
        z = (z + (1 << 6)) >> 7;
        net->h[j] = (int8_t)(z < 0 ? 0 : z > 127 ? 127 : z);
    }
    int best = 0;
    int32_t highest = INT32_MIN;
    for (int k = 0; k < MLP_CLASSES; k++) {
        int32_t z = net->b2[k];
        for (int j = 0; j < MLP_HIDDEN; j++) {
            z += net->w2[k][j] * net->h[j];
        }
        if (z > highest) {
            highest = z;
            best = k;
        }
    }
    return best;
}
