namespace Mana.Recurrence.Walking;

/// <summary>
/// Going backwards by going forwards: asks "what is the first one from here on" at points that come ever closer, first galloping back from the limit,
/// then halving. Every question is a seek, so that about forty of them find the last instance of any rule.
/// </summary>
internal static class Predecessor
{
    /// <summary>The greatest instance that is below the limit, or null.</summary>
    /// <param name="next">The first instance that is not below the given second.</param>
    /// <param name="earliest">Nothing is before it.</param>
    public static long? Find(Func<long, long?> next, long earliest, long limit)
    {
        bool Below(long from, out long found)
        {
            var instance = from < limit ? next(from) : null;
            found = instance ?? 0;
            return instance < limit;
        }

        if (earliest >= limit || !Below(earliest, out var low))
            return null;
        var empty = limit;
        for (var distance = 1L; limit - distance > low; distance *= 8)
        {
            if (Below(limit - distance, out var found))
            {
                low = found;
                break;
            }

            empty = limit - distance;
        }

        while (low + 1 < empty)
        {
            var middle = low + ((empty - low) / 2);
            if (Below(middle, out var found) && found > low)
                low = found;
            else
                empty = middle;
        }

        return low;
    }
}
