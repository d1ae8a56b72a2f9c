//! The functions of CUDA's driver, found at run time. Never linked: without the driver, asking for a
//! CUDA device is an error like any other.

use std::ffi::{CStr, c_char, c_int, c_uint, c_void};
use std::ptr;

use libloading::Library;

use crate::abi::{TA_ERR_DEVICE, TA_ERR_OUT_OF_MEMORY};
use crate::model::error::{Error, Result};

/// What the driver is called.
const LIBRARY: &str = if cfg!(windows) { "nvcuda.dll" } else { "libcuda.so.1" };

pub(super) type Code = c_int;
/// Memory, as the driver numbers it.
pub(super) type Address = u64;
pub(super) type Context = *mut c_void;
pub(super) type Stream = *mut c_void;
pub(super) type Event = *mut c_void;
pub(super) type Module = *mut c_void;
pub(super) type Function = *mut c_void;

pub(super) const SUCCESS: Code = 0;
pub(super) const INVALID_VALUE: Code = 1;
pub(super) const INVALID_CONTEXT: Code = 201;
const OUT_OF_MEMORY: Code = 2;

macro_rules! driver {
    (
        needed { $($name:ident($($type:ty),*);)* }
        newer { $($late:ident($($late_type:ty),*);)* }
    ) => {
        /// The table: a field for each function, by its name in the library.
        #[allow(non_snake_case)]
        pub(super) struct Driver {
            $(pub(super) $name: unsafe extern "C" fn($($type),*) -> Code,)*
            $(pub(super) $late: Option<unsafe extern "C" fn($($late_type),*) -> Code>,)*
            /// Keeps the functions where they are.
            _library: Library,
        }

        impl Driver {
            /// Looks for the driver.
            ///
            /// # Errors
            /// `TA_ERR_DEVICE`, with what was looked for.
            pub(super) fn load() -> Result<Driver> {
                // Miri opens no libraries: there it is as on a machine without the driver.
                if cfg!(miri) {
                    return Err(Error::new(TA_ERR_DEVICE, format_args!("looked for {LIBRARY}")));
                }
                // SAFETY: the driver's constructors are its maker's; nothing else has this name.
                let library = unsafe { Library::new(LIBRARY) };
                let library = library.map_err(|error| {
                    Error::new(TA_ERR_DEVICE, format_args!("looked for {LIBRARY}: {error}"))
                })?;
                Ok(Driver {
                    $($name: {
                        let name = concat!(stringify!($name), "\0");
                        // SAFETY: the driver's own declaration of a function with this name.
                        let found = unsafe { library.get(name.as_bytes()) };
                        *found.map_err(|_| missing(stringify!($name)))?
                    },)*
                    $($late: {
                        let name = concat!(stringify!($late), "\0");
                        // SAFETY: the driver's own declaration of a function with this name.
                        let found = unsafe { library.get(name.as_bytes()) };
                        found.ok().map(|function| *function)
                    },)*
                    _library: library,
                })
            }
        }
    };
}

driver! {
    needed {
        cuInit(c_uint);
        cuGetErrorName(Code, *mut *const c_char);
        cuGetErrorString(Code, *mut *const c_char);
        cuDeviceGetCount(*mut c_int);
        cuDeviceGet(*mut c_int, c_int);
        cuDeviceGetName(*mut c_char, c_int, c_int);
        cuDeviceTotalMem_v2(*mut usize, c_int);
        cuDeviceGetAttribute(*mut c_int, c_int, c_int);
        cuDevicePrimaryCtxRetain(*mut Context, c_int);
        cuCtxPushCurrent_v2(Context);
        cuCtxPopCurrent_v2(*mut Context);
        cuCtxGetDevice(*mut c_int);
        cuCtxSynchronize();
        cuMemGetInfo_v2(*mut usize, *mut usize);
        cuMemAlloc_v2(*mut Address, usize);
        cuMemFree_v2(Address);
        cuMemHostAlloc(*mut *mut c_void, usize, c_uint);
        cuMemFreeHost(*mut c_void);
        cuMemAllocManaged(*mut Address, usize, c_uint);
        cuMemcpyHtoDAsync_v2(Address, *const c_void, usize, Stream);
        cuMemcpyDtoHAsync_v2(*mut c_void, Address, usize, Stream);
        cuMemcpyDtoDAsync_v2(Address, Address, usize, Stream);
        cuMemcpyPeerAsync(Address, Context, Address, Context, usize, Stream);
        cuPointerGetAttribute(*mut c_void, c_int, Address);
        cuStreamSynchronize(Stream);
        cuStreamWaitEvent(Stream, Event, c_uint);
        cuEventCreate(*mut Event, c_uint);
        cuEventRecord(Event, Stream);
        cuEventDestroy_v2(Event);
        cuModuleLoadData(*mut Module, *const c_void);
        cuModuleUnload(Module);
        cuModuleGetFunction(*mut Function, Module, *const c_char);
        cuLaunchKernel(
            Function, c_uint, c_uint, c_uint, c_uint, c_uint, c_uint, c_uint, Stream,
            *mut *mut c_void, *mut *mut c_void
        );
    }
    // Since CUDA 11.2, and only on devices that have memory pools.
    newer {
        cuMemAllocAsync(*mut Address, usize, Stream);
        cuMemFreeAsync(Address, Stream);
    }
}

#[cold]
fn missing(name: &str) -> Error {
    Error::new(
        TA_ERR_DEVICE,
        format_args!("looked for {name} in {LIBRARY}, which has no such function"),
    )
}

impl Driver {
    /// A code as a result; `call` is what gave it.
    ///
    /// # Errors
    /// `TA_ERR_OUT_OF_MEMORY`, else `TA_ERR_DEVICE`, in the driver's own words.
    pub(super) fn check(&self, call: &'static str, code: Code) -> Result<()> {
        if code == SUCCESS { Ok(()) } else { Err(self.failure(call, code)) }
    }

    #[cold]
    fn failure(&self, call: &'static str, code: Code) -> Error {
        let status = if code == OUT_OF_MEMORY { TA_ERR_OUT_OF_MEMORY } else { TA_ERR_DEVICE };
        let words = |ask: unsafe extern "C" fn(Code, *mut *const c_char) -> Code| {
            let mut text = ptr::null();
            // SAFETY: writes a pointer to a static string, or NULL for a code that it does not know.
            if unsafe { ask(code, &raw mut text) } != SUCCESS || text.is_null() {
                return "unknown error";
            }
            // SAFETY: a NUL-terminated static string of the driver, which is never unloaded.
            unsafe { CStr::from_ptr(text) }.to_str().unwrap_or("unknown error")
        };
        let (name, said) = (words(self.cuGetErrorName), words(self.cuGetErrorString));
        Error::new(status, format_args!("CUDA: {call} failed: {said} ({name}, {code})"))
    }
}
