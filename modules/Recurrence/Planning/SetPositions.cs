using Mana.Recurrence.Parsing;

namespace Mana.Recurrence.Planning;

/// <summary>
/// BYSETPOS (RFC 5545 3.3.10). A period's candidates are counted, never listed: positions from the start and from the end are two ascending
/// sequences, and the cursor merges them. So a rule may have 31 million candidates a year.
/// </summary>
internal sealed class SetPositions
{
    public SetPositions(in SignedSet positions)
    {
        var all = positions.ToArray();
        FromEnd = [.. all.Where(position => position < 0)];
        FromStart = [.. all.Where(position => position > 0)];
    }

    /// <summary>1 is the first; ascending.</summary>
    public int[] FromStart { get; }

    /// <summary>-1 is the last; ascending, so the furthest from the end comes first.</summary>
    public int[] FromEnd { get; }
}
