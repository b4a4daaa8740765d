/* What the learner is compared with: a multilayer perceptron of the same shape in float32, one hidden
 * layer of sigmoids, softmax, trained by stochastic gradient descent, one sample a step. Plain C; sizes
 * come from the compiler's command line. */
#include <stdint.h>

typedef struct {
    float w1[MLP_HIDDEN][MLP_INPUTS], b1[MLP_HIDDEN];
    float w2[MLP_CLASSES][MLP_HIDDEN], b2[MLP_CLASSES];
    float h[MLP_HIDDEN], o[MLP_CLASSES];
} mlp;

uint32_t mlp_size(void);
int mlp_predict(mlp *net, const float *x);
int mlp_learn(mlp *net, const float *x, int label);

uint32_t mlp_size(void) { return (uint32_t)sizeof(mlp); }

/* e^x to some 1e-4 of its value, which is enough for a gradient. */
static float exponential(float x) {
    union {
        float f;
        int32_t i;
    } two;
    float t = x * 1.44269504f;
    t = t < -120.0f ? -120.0f : t > 120.0f ? 120.0f : t;
    const int32_t whole = (int32_t)(t < 0.0f ? t - 1.0f : t);
    const float rest = t - (float)whole;
    two.i = (whole + 127) * (1 << 23);
    return two.f * (1.0f + rest * (0.6951f + rest * (0.2276f + rest * 0.0772f)));
}

int mlp_predict(mlp *net, const float *x) {
    for (int j = 0; j < MLP_HIDDEN; j++) {
        float z = net->b1[j];
        for (int i = 0; i < MLP_INPUTS; i++) {
            z += net->w1[j][i] * x[i];
        }
        net->h[j] = 1.0f / (1.0f + exponential(-z));
    }
    int best = 0;
    for (int k = 0; k < MLP_CLASSES; k++) {
        float z = net->b2[k];
        for (int j = 0; j < MLP_HIDDEN; j++) {
            z += net->w2[k][j] * net->h[j];
        }
        net->o[k] = z;
        best = z > net->o[best] ? k : best;
    }
    return best;
}

/* One step down the cross-entropy's gradient, the forward pass in it. */
int mlp_learn(mlp *net, const float *x, int label) {
    const float rate = 0.01f;
    const int best = mlp_predict(net, x);
    float total = 0.0f;
    for (int k = 0; k < MLP_CLASSES; k++) {
        net->o[k] = exponential(net->o[k]);
        total += net->o[k];
    }
    for (int k = 0; k < MLP_CLASSES; k++) {
        net->o[k] = rate * (net->o[k] / total - (k == label ? 1.0f : 0.0f));
        net->b2[k] -= net->o[k];
    }
    for (int j = 0; j < MLP_HIDDEN; j++) {
        float back = 0.0f;
        for (int k = 0; k < MLP_CLASSES; k++) {
            back += net->w2[k][j] * net->o[k];
            net->w2[k][j] -= net->o[k] * net->h[j];
        }
        back *= net->h[j] * (1.0f - net->h[j]);
        net->b1[j] -= back;
        for (int i = 0; i < MLP_INPUTS; i++) {
            net->w1[j][i] -= back * x[i];
        }
    }
    return best;
}
