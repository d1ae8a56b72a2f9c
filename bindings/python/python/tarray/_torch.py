"""Histories that go on in PyTorch's, and PyTorch's that go on here.

What one side has computed is one node in the graph of the other, with edges of its own: to
whatever of the other side it was computed from in turn. So each engine sees what depends on what, and
a pass that torch begins runs every operation once, when its gradient is complete; one of ours enters
torch's graph once for each alias on its way:

- `continued(source)` records a node whose inputs are the tensors of ours that the torch tensor was
  computed from. Going back, it runs torch's engine from `source`.
- `to_torch(tensor)` makes a torch node whose inputs are the torch tensors that ours was computed from.
  Going back, it runs our engine from `tensor`.

An engine that one side runs inside a node of the other must stop where the graph comes back: what
arrives there belongs to the edges of that node. The places where it stops, and what has arrived there,
are the `_Frame` of that pass.

Graphs of the other side are always retained, as several nodes may share them; a second time is
refused by the side that was asked, with an error of its own.
"""

import threading
import warnings

import torch  # type: ignore  # types are looked at where it may be missing
from tarray import _tarray  # type: ignore[attr-defined]
from tarray._mode import enable_grad
from torch.autograd.function import once_differentiable  # type: ignore


_READ_ONLY = (
    "the tensor is read-only, and torch tensors never are: whoever writes through this one changes what was "
    "lent to be read (to_torch(t.clone()) has memory of its own)"
)


class _Frame:
    """The places at which one pass stops, by identity, and the gradients that have arrived there."""

    def __init__(self, places):
        self._arrived = dict.fromkeys(map(id, places))

    def __contains__(self, place):
        return id(place) in self._arrived

    def add(self, place, gradient):
        before = self._arrived[id(place)]
        self._arrived[id(place)] = gradient if before is None else before + gradient

    def gradients(self):
        """In the order of the places."""
        return tuple(self._arrived.values())


class _Ours(threading.local):
    """The passes of ours that torch's engine runs on this thread, where they stay, by their depth: a
    callback may begin a pass of its own, which stops nowhere."""

    def __init__(self):
        self.frames = {}


_ours = _Ours()

# The passes of torch that run inside nodes of ours, by torch's number for them: parts of a pass may
# run on threads of torch's own.
_theirs: dict[int, _Frame] = {}


def continued(source):
    """A tensor over the memory of a torch tensor that requires grad, with its history.

    Raises TypeError for a layout that has no such memory.
    """
    with torch.inference_mode(False), torch._C.DisableTorchFunctionSubclass():
        if source.layout is not torch.strided:
            raise TypeError(f"a torch tensor of layout {source.layout} has no memory to share: give its to_dense()")
        backward = _Continued(source)
        inputs = [node.tensor for node in backward.nodes]
        # As the tensor itself, what shares its memory has its history, recorded or not.
        with enable_grad():
            return _tarray.record(backward.name, inputs, source.detach(), backward)


class _Continued:
    """What a node of ours that continues in torch's graph runs."""

    def __init__(self, source):
        self.source = source
        self.edge = _edge(source)
        self.name = "AccumulateGrad" if source.grad_fn is None else source.grad_fn.name()
        self.nodes = _nodes_of_ours(source.grad_fn)

    def __call__(self, gradient):
        # Torch may keep it, and then adds to it in place.
        gradient = torch.from_dlpack(gradient).clone()
        frame = _ours.frames.get(_tarray._passes())
        if frame is not None and self.source in frame:
            frame.add(self.source, gradient)
            return (None,) * len(self.nodes)
        with torch._C.DisableTorchFunctionSubclass():
            if not self.source.requires_grad:
                return (None,) * len(self.nodes)
        if _edge(self.source).node is not self.edge.node:
            raise RuntimeError(
                "a torch tensor whose history goes on in tarray's has been modified by an in-place "
                "operation: its history is another one now"
            )
        with torch.inference_mode(False), torch.enable_grad():
            return self._run(gradient)

    def _run(self, gradient):
        if not self.nodes:
            torch.autograd.backward(self.edge, gradient, retain_graph=True)
            return ()
        frame = _Frame(self.nodes)
        passes = []
        try:
            begun = _Begin.apply(frame, passes, self.source)
            torch.autograd.backward(begun, gradient, retain_graph=True)
        finally:
            for number in passes:
                del _theirs[number]
        return frame.gradients()


def _edge(source):
    """Where gradients of a torch tensor go."""
    with torch.inference_mode(False), torch._C.DisableTorchFunctionSubclass():
        return torch.autograd.graph.get_gradient_edge(source)


class _Begin(torch.autograd.Function):
    """The first node of a pass of torch that runs inside a node of ours: it says which pass it is."""

    @staticmethod
    def forward(ctx, frame, passes, source):
        ctx.frame, ctx.passes = frame, passes
        with torch._C.DisableTorchFunctionSubclass():
            return source.view_as(source)

    @staticmethod
    def backward(ctx, gradient):
        number = torch._C._current_graph_task_id()
        _theirs[number] = ctx.frame
        ctx.passes.append(number)
        return None, None, gradient


def to_torch(tensor):
    """A torch tensor over the same memory, with the same history."""
    if not isinstance(tensor, _tarray.Tensor):
        raise TypeError(f"to_torch takes a tarray.Tensor, not {type(tensor).__name__}")
    if tensor.read_only:
        warnings.warn(_READ_ONLY, UserWarning, stacklevel=3)
    if not tensor.requires_grad:
        return torch.from_dlpack(tensor.detach())
    with torch.inference_mode(False), torch.enable_grad():
        memory = torch.from_dlpack(tensor.detach())
        # What requires grad, so that the result does even if no torch tensor is behind it.
        door = torch.empty(0, requires_grad=True)
        return _FromOurs.apply(tensor, memory, door, *_sources_of_torch(tensor.grad_fn))


class _FromOurs(torch.autograd.Function):
    """The node in torch's graph of what we have computed."""

    @staticmethod
    def forward(ctx, tensor, memory, door, *sources):
        ctx.tensor, ctx.sources = tensor, sources
        ctx.set_materialize_grads(False)
        # Torch lets it go with what its own nodes have saved, and says so the second time.
        ctx.save_for_backward(door)
        return memory.view_as(memory)

    @staticmethod
    def backward(ctx, gradient):
        # With create_graph torch records this: the result must not pass for a constant.
        if gradient is not None and torch.is_grad_enabled():
            gradient = gradient.detach().requires_grad_()
        return once_differentiable(_to_sources)(ctx, gradient)


def _to_sources(node, gradient):
    """The gradients of the torch tensors that a tensor of ours was computed from, behind those of
    what else the node was made from."""
    nothing = None, None, None, *(None for _ in node.sources)
    if gradient is None:
        return nothing
    node.saved_tensors  # noqa: B018  # raises if torch has let the graph go
    frame = _theirs.get(torch._C._current_graph_task_id())
    if frame is not None and node in frame:
        frame.add(node, gradient)
        return nothing
    depth, frame = _tarray._passes() + 1, _Frame(node.sources)
    _ours.frames[depth] = frame
    try:
        node.tensor.backward(gradient, retain_graph=True)
        return None, None, None, *frame.gradients()
    finally:
        del _ours.frames[depth]


def _nodes_of_ours(root):
    """The first `_FromOurs` nodes on all ways from a node of torch's."""
    return [node for node in _walk(root, _is_ours) if _is_ours(node)]


def _is_ours(node):
    return getattr(node, "_forward_cls", None) is _FromOurs


def _sources_of_torch(root):
    """The first torch tensors on all ways from a node of ours, each once."""
    found = (node._backward for node in _walk(root, _is_theirs))
    found = {id(it.source): it.source for it in found if isinstance(it, _Continued)}
    return list(found.values())


def _is_theirs(node):
    return isinstance(node._backward, _Continued)


def _walk(root, is_last):
    """All nodes that a node leads to, itself included, but not beyond those that are last."""
    seen = {root} - {None}
    ahead = list(seen)
    while ahead:
        node = ahead.pop()
        yield node
        if not is_last(node):
            new = {next for next, _ in node.next_functions} - seen - {None}
            seen |= new
            ahead += new
