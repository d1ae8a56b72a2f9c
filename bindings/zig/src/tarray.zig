//! `tarray` for Zig: any array in, one handle, DLPack out.
//!
//! Nothing but the C ABI is used underneath; `c` is that ABI, as generated. The rest is
//! re-exported here, one idea per file.

/// The raw declarations, for what this wrapper does not say.
pub const c = @import("tarray_c");

/// DLPack's own structs.
pub const dlpack = @import("dlpack.zig");

const backend = @import("backend.zig");
const care = @import("care.zig");
const device = @import("device.zig");
const dtype = @import("dtype.zig");
const hub = @import("hub.zig");
const operation = @import("operation.zig");
const options = @import("options.zig");
const provenance = @import("provenance.zig");
const relatives = @import("relatives.zig");
const status = @import("status.zig");
const strided = @import("strided.zig");

pub const Diagnostics = @import("Diagnostics.zig");
pub const Error = status.Error;
/// For calls of `c` itself: the error that stands for a status.
pub const check = status.check;
/// The status that stands for an error, for callbacks of `c` itself.
pub const statusOf = status.statusOf;

pub const DType = dtype.DType;
pub const BFloat16 = dtype.BFloat16;
pub const dtypeOf = dtype.dtypeOf;
pub const Device = device.Device;
pub const DeviceInfo = device.Info;
pub const Place = backend.Place;
pub const Elements = backend.Elements;
pub const registerDevice = backend.registerDevice;
pub const unregisterDevice = backend.unregisterDevice;

pub const Options = options.Options;
pub const ExportOptions = options.ExportOptions;
pub const ReprOptions = options.ReprOptions;
pub const Accept = options.Accept;
pub const Copy = options.Copy;
pub const Grad = options.Grad;

pub const Memory = @import("Memory.zig");
pub const Buffer = @import("Buffer.zig");
pub const Owner = @import("Owner.zig");

pub const Tensor = @import("Tensor.zig");
pub const Scalar = @import("scalar.zig").Scalar;
pub const Provenance = provenance.Provenance;
pub const Origin = provenance.Origin;
pub const Reason = provenance.Reason;

pub const View = strided.View;
pub const ConstView = strided.ConstView;
pub const ViewError = strided.ViewError;

pub const asarray = hub.asarray;
pub const fromDlpack = hub.fromDlpack;
pub const fromArray = relatives.fromArray;
pub const frombuffer = relatives.frombuffer;
pub const fromOwnedSlice = relatives.fromOwnedSlice;
pub const Part = relatives.Part;

pub const Node = @import("Node.zig");
pub const Gradients = operation.Gradients;
pub const record = operation.record;
pub const gradEnabled = operation.gradEnabled;
pub const setGradEnabled = operation.setGradEnabled;

pub const abi_version = c.TA_ABI_VERSION;
pub const abiVersion = care.abiVersion;
pub const version = care.version;
pub const liveTensors = care.liveTensors;
pub const liveNodes = care.liveNodes;
pub const setNumThreads = care.setNumThreads;
