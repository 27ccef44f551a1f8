using Mana.Recurrence.Contracts;
using Mana.Recurrence.Planning;

namespace Mana.Recurrence.Walking;

/// <summary>The instances of a plan in civil time, ascending, from any second on. COUNT is the caller's: it counts what the caller emits.</summary>
internal struct RuleCursor
{
    readonly bool _isGrid;
    readonly bool _isEmpty;
    GridCursor _grid;
    PeriodCursor _periods;

    /// <summary>Positions the cursor before the first instance that is not before the given second.</summary>
    public RuleCursor(RulePlan plan, long from, WorkBudget? budget)
    {
        _isGrid = plan.Kind == PeriodKind.Grid;
        from = Math.Max(from, plan.Start);
        _isEmpty = from > plan.Last;
        if (_isEmpty)
            return;
        if (_isGrid)
            _grid = new GridCursor(plan, from, budget);
        else
            _periods = new PeriodCursor(plan, from, budget);
    }

    public bool MoveNext(out long time)
    {
        time = 0;
        return !_isEmpty && (_isGrid ? _grid.MoveNext(out time) : _periods.MoveNext(out time));
    }
}
