"""Parts of kernels: functions that only kernels call, compiled together with whatever calls them.

numba optimises every compiled function by itself, and each one that calls it contains and optimises
it again: a chain of ten calls is optimised ten times. A part is not: its code is handed on as it
is, and optimised where a kernel holds it. That makes compiling several times faster.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit
from numba.core.compiler import CompilerBase, DefaultPassBuilder
from numba.core.compiler_machinery import register_pass
from numba.core.typed_passes import NativeLowering

from dispatch.kernel.compiled import OPTIONS

Function = TypeVar("Function", bound=Callable[..., Any])


@register_pass(mutates_CFG=True, analysis_only=False)  # type: ignore[no-untyped-call]  # numba's
class _Handover(NativeLowering):
    """Lowering that ends with code to link: nothing is optimised, nothing can be called."""

    _name = "part_handover"

    def run_pass(self, state: Any) -> bool:
        """Lower a part and make it known to what calls it."""
        library = state.targetctx.codegen().create_library(state.func_id.func_qualname)
        state.library = library
        library._optimize_final_module = lambda: None
        library._finalize_final_module = lambda: setattr(library, "_finalized", True)
        state.flags.no_compile = True
        NativeLowering.run_pass(self, state)  # type: ignore[no-untyped-call]  # numba's
        found = state["cr"]
        # numba knows compiled functions by their entry; a part has none, so anything unique will do
        entry = list[Any]().append
        state.targetctx.insert_user_function(entry, found.fndesc, [library])
        state["cr"] = found._replace(cfunc=entry)
        return True


class _PartCompiler(CompilerBase):
    """The usual passes with another last one."""

    def define_pipelines(self) -> list[Any]:
        """Return the passes."""
        build: Any = DefaultPassBuilder.define_nopython_pipeline
        passes = build(self.state)
        passes.passes = [
            (_Handover, about) if of is NativeLowering else (of, about)
            for of, about in passes.passes
        ]
        passes.finalize()
        return [passes]


def part(function: Function) -> Function:
    """Compile `function` as a part of kernels; Python cannot call it (see `door` in its tests)."""
    options = {**OPTIONS, "no_cpython_wrapper": True, "pipeline_class": _PartCompiler}
    compiled: Any = njit(**options)(function)
    return cast("Function", compiled)
