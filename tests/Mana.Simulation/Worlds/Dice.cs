namespace Mana.Simulation.Worlds;

/// <summary>The only source of chance in a seed.</summary>
internal sealed class Dice(int seed)
{
    readonly Random _random = new(seed);

    public int Below(int bound) => _random.Next(bound);

    /// <summary>Both ends included.</summary>
    public int Between(int least, int most) => _random.Next(least, most + 1);

    public bool Percent(int chance) => _random.Next(100) < chance;

    public T Pick<T>(IReadOnlyList<T> items) => items[_random.Next(items.Count)];

    /// <summary>One of the items, each as likely as its weight says.</summary>
    public T Weighted<T>(params ReadOnlySpan<(int Weight, T Item)> items)
    {
        var total = 0;
        foreach (var (weight, _) in items)
            total += weight;
        var roll = _random.Next(total);
        foreach (var (weight, item) in items)
        {
            if (roll < weight)
                return item;
            roll -= weight;
        }

        throw new InvalidOperationException("No weight.");
    }

    public List<T> Shuffled<T>(IEnumerable<T> items)
    {
        T[] all = [.. items];
        _random.Shuffle(all);
        return [.. all];
    }
}
