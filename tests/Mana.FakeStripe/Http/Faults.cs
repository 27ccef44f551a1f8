namespace Mana.FakeStripe.Http;

public enum FaultKind
{
    /// <summary>429 with <c>Retry-After: 0</c>; nothing happened.</summary>
    TooMany,

    /// <summary>500; nothing happened.</summary>
    Broken,

    /// <summary>The connection ends without an answer; nothing happened.</summary>
    DroppedBefore,

    /// <summary>It happened, and the connection ends without an answer.</summary>
    DroppedAfter,

    /// <summary>It happened, and the answer does not come in any reasonable time.</summary>
    Silent,
}

/// <summary>What the next calls run into.</summary>
public sealed class Faults
{
    readonly Lock _lock = new();
    readonly List<(string Path, FaultKind Kind, int Left)> _planned = [];
    Random? _random;
    double _share;

    /// <summary>How often each call was made, by method and path without ids.</summary>
    public Dictionary<string, int> Calls { get; } = new(StringComparer.Ordinal);

    /// <summary>The next calls whose <c>METHOD /path</c> holds this text.</summary>
    public void Next(string path, FaultKind kind, int times = 1)
    {
        lock (_lock)
            _planned.Add((path, kind, times));
    }

    /// <summary>A share of all calls, by chance that a seed decides; 0 ends it.</summary>
    public void Share(double share, int seed)
    {
        lock (_lock)
            (_share, _random) = (share, new Random(seed));
    }

    public void Clear()
    {
        lock (_lock)
        {
            _planned.Clear();
            _share = 0;
        }
    }

    internal FaultKind? Meet(string call)
    {
        lock (_lock)
        {
            var place = _planned.FindIndex(one => call.Contains(one.Path, StringComparison.Ordinal));
            if (place >= 0)
            {
                var (path, kind, left) = _planned[place];
                if (left > 1)
                    _planned[place] = (path, kind, left - 1);
                else
                    _planned.RemoveAt(place);
                return kind;
            }

            return _share > 0 && _random!.NextDouble() < _share ? (FaultKind)_random.Next(4) : null;
        }
    }

    internal void Count(string method, string[] path)
    {
        lock (_lock)
        {
            var name = $"{method} {string.Join('/', path.Select(part => part.Any(char.IsDigit) && part.Contains('_', StringComparison.Ordinal) ? "*" : part))}";
            Calls[name] = Calls.GetValueOrDefault(name) + 1;
        }
    }
}
