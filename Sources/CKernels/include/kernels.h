#ifndef TANDEM_KERNELS_H
#define TANDEM_KERNELS_H
int tandem_stub(void);
#endif
