//! Objects that speak DLPack: by the C exchange API of their type, else by `__dlpack__`.

mod exchange;
mod legacy;
mod method;
pub(crate) mod torch;

pub(crate) use exchange::Exported;

use pyo3::exceptions::{PyBufferError, PyRuntimeError, PyTypeError};
use pyo3::intern;
use pyo3::prelude::*;

use crate::abi::*;
use crate::error::{Failure, Result, type_name};
use crate::options::Request;
use crate::source::{Seen, attribute};

pub(super) fn look<'a>(
    object: &Bound<'a, PyAny>,
    request: &'a Request,
) -> Result<Option<Seen<'a>>> {
    let Some(producer) = Producer::of(object)? else { return Ok(None) };
    request.check_accepts(TA_ORIGIN_DLPACK)?;
    match producer.export(object, request) {
        Ok(seen) => Ok(Some(seen)),
        Err(Failure::Raised(raised)) if may_try_others(object, &raised) => {
            request.decline(raised);
            Ok(None)
        }
        Err(failure) => Err(failure),
    }
}

/// A source of an object that must speak DLPack: there is no other way to read it.
///
/// # Errors
/// `TypeError` if it does not; what its export raises.
pub(crate) fn demand<'a>(object: &Bound<'a, PyAny>, request: &'a Request) -> Result<Seen<'a>> {
    let facts = torch::facts(object)?;
    match Producer::of(object)? {
        Some(_) if facts.is_some_and(|facts| facts.requires_grad) => Err(Failure::Status(
            TA_ERR_EXPORT,
            "can't exchange a torch tensor that requires grad: give its detach()".into(),
        )),
        Some(producer) => match producer.export(object, request) {
            // What cannot be shared is a request that cannot be met, in whatever words.
            Err(Failure::Raised(raised))
                if request.options.copy == TA_COPY_NEVER
                    && raised.is_instance_of::<PyBufferError>(object.py())
                    && may_try_others(object, &raised) =>
            {
                request.decline(raised);
                Err(request.no_way_left(object))
            }
            outcome => outcome,
        },
        None => Err(Failure::kind(format!(
            "from_dlpack takes a DLPack capsule or an object with __dlpack__, not {}",
            type_name(object)
        ))),
    }
}

/// How an object speaks DLPack.
struct Producer {
    /// The function of its type's table; without one there is `__dlpack__`.
    table: Option<exchange::Export>,
}

impl Producer {
    fn of(object: &Bound<'_, PyAny>) -> Result<Option<Producer>> {
        let table = exchange::of(object)?;
        let speaks = table.is_some() || method::of(object)?.is_some();
        Ok(speaks.then_some(Producer { table }))
    }

    fn export<'a>(&self, object: &Bound<'a, PyAny>, request: &Request) -> Result<Seen<'a>> {
        let Some(facts) = torch::facts(object)? else { return self.run(object, request) };
        torch::remember(object, self.table)?;
        if facts.is_lazy && request.options.copy == TA_COPY_NEVER {
            return Err(lazy());
        }
        if facts.requires_grad && request.options.requires_grad != TA_GRAD_NO {
            return torch::continued(object);
        }
        if facts.is_lazy {
            let seen = Producer::run_anew(&torch::resolved(object)?, request)?;
            return Ok(seen.made(TA_REASON_NOT_MEMORY));
        }
        // Its own `__dlpack__` refuses what requires grad, and its table does not look.
        match facts.requires_grad {
            true => {
                let detached = object.call_method0(intern!(object.py(), "detach"))?;
                Producer::run_anew(&detached, request)
            }
            false => self.run(object, request),
        }
    }

    /// Exports what a method of the object gave, which may be of any type.
    fn run_anew<'a>(given: &Bound<'a, PyAny>, request: &Request) -> Result<Seen<'a>> {
        let producer = Producer::of(given)?.ok_or_else(|| {
            Failure::kind(format!("a torch tensor gave {}, not a tensor", type_name(given)))
        })?;
        producer.run(given, request)
    }

    fn run<'a>(&self, object: &Bound<'a, PyAny>, request: &Request) -> Result<Seen<'a>> {
        let method = || method::of(object);
        let Some(table) = self.table else { return by_method(object, method()?, request) };
        match table.run(object) {
            Ok(exported) if exported.is_on_cpu() => Ok(exported.seen()),
            // The table does not wait for a device: `__dlpack__` does.
            Ok(_) => by_method(object, method()?, request),
            // `__dlpack__` refuses as the standard wants it.
            Err(failure) => match method()? {
                Some(method) => method::export(object, &method, request),
                None => Err(failure),
            },
        }
    }
}

fn by_method<'a>(
    object: &Bound<'a, PyAny>,
    method: Option<Bound<'a, PyAny>>,
    request: &Request,
) -> Result<Seen<'a>> {
    let method = method.ok_or_else(|| {
        let class = type_name(object);
        Failure::kind(format!("{class} is on a device, and has no __dlpack__ to wait for it"))
    })?;
    method::export(object, &method, request)
}

#[cold]
fn lazy() -> Failure {
    Failure::Status(
        TA_ERR_CANNOT_ALIAS,
        "can't alias a torch tensor whose conjugate or negative bit is set: its memory holds other values".into(),
    )
}

/// Whether a failed export leaves other ways to read an object: over its dtype or a keyword, and
/// on the CPU. Over a gradient, a device or a stream, nothing must be moved or cut behind
/// anybody's back.
fn may_try_others(object: &Bound<'_, PyAny>, raised: &PyErr) -> bool {
    let py = object.py();
    let over_dtype = raised.is_instance_of::<PyBufferError>(py)
        || raised.is_instance_of::<PyTypeError>(py)
        || (raised.is_instance_of::<PyRuntimeError>(py) && says_so_at_runtime(object));
    let device = || method::device(object).ok().flatten();
    let requires_grad = || -> PyResult<bool> {
        match object.getattr_opt(intern!(py, "requires_grad"))? {
            Some(truth) => truth.is_truthy(),
            None => Ok(false),
        }
    };
    over_dtype
        && device().is_some_and(|device| device.device_type == TA_DEVICE_CPU)
        && !requires_grad().unwrap_or(true)
}

/// Whether an object's library refuses dtypes and keywords with `RuntimeError`. From any other it
/// may be about anything.
fn says_so_at_runtime(object: &Bound<'_, PyAny>) -> bool {
    let package = attribute::package(object).unwrap_or_default();
    ["jax", "jaxlib", "tensorflow"].contains(&package.as_str())
}
