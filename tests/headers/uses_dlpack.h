/* What a program does with DLPack's names, whoever declared them. */
#ifndef USES_DLPACK_H
#define USES_DLPACK_H

#define SAME(name, condition) typedef char same_##name[(condition) ? 1 : -1]

/* The numbers and layouts that tarray.h has in names of its own. */
SAME(cpu, (int)kDLCPU == TA_DEVICE_CPU);
SAME(trn, (int)kDLTrn == TA_DEVICE_TRN);
SAME(boolean, (int)kDLBool == TA_BOOL);
SAME(float4, (int)kDLFloat4_e2m1fn == TA_FLOAT4_E2M1FN);
SAME(padded, DLPACK_FLAG_BITMASK_IS_SUBBYTE_TYPE_PADDED == 4);
SAME(dtype, sizeof(DLDataType) == sizeof(ta_dtype));
SAME(device, sizeof(DLDevice) == sizeof(ta_device));
SAME(device_type, sizeof(DLDeviceType) == sizeof(int32_t));
SAME(legacy, sizeof(void *) != 8 || sizeof(DLManagedTensor) == 64);
SAME(versioned, sizeof(void *) != 8 || sizeof(DLManagedTensorVersioned) == 80);
SAME(exchange, sizeof(void *) != 8 || sizeof(DLPackExchangeAPI) == 56);

TA_INLINE ta_source source_of(DLManagedTensorVersioned *managed) {
    managed->flags &= ~((managed->flags & 0) | DLPACK_FLAG_BITMASK_READ_ONLY);
    return ta_source_dlpack(managed);
}

TA_INLINE ta_source source_of_legacy(DLManagedTensor *managed) {
    managed->dl_tensor.strides = NULL;
    return ta_source_dlpack_legacy(managed);
}

#endif /* USES_DLPACK_H */
