using Npgsql;

namespace Mana.Sync.Replicas;

/// <summary>One standby, and whether it is read from. Requests rule it out when it fails them; only the watch lets it in again.</summary>
internal sealed class Replica(int number, NpgsqlDataSource database)
{
    /// <summary>Late once says little: the primary has just been busy.</summary>
    const int MostLate = 3;

    volatile bool _isUsed;
    volatile bool _isPrimary;
    int _late;
    long _missingBytes;

    /// <summary>From 1, in the order of the setting: what metrics and logs call it.</summary>
    public int Number => number;

    public NpgsqlDataSource Database => database;

    public bool IsUsed => _isUsed;

    /// <summary>It has changed its role: neither read from nor missed.</summary>
    public bool IsPrimary => _isPrimary;

    /// <summary>When it was last looked at.</summary>
    public long MissingBytes => Interlocked.Read(ref _missingBytes);

    /// <summary>What a request met.</summary>
    public void Met(Standing standing)
    {
        if (standing.Kind == StandingKind.Ready)
            Volatile.Write(ref _late, 0);
        else if (standing.Kind != StandingKind.Behind || Interlocked.Increment(ref _late) >= MostLate)
            _isUsed = false;
    }

    public void Failed() => _isUsed = false;

    /// <summary>What the watch found; null: it does not answer.</summary>
    /// <returns>Whether that changes anything.</returns>
    public bool Watched(Standing? standing)
    {
        Interlocked.Exchange(ref _missingBytes, Math.Max(0, standing?.MissingBytes ?? MissingBytes));
        var was = _isUsed;
        Volatile.Write(ref _late, 0);
        _isPrimary = standing is { Kind: StandingKind.Primary };
        _isUsed = standing is { Kind: StandingKind.Ready };
        return was != _isUsed;
    }
}
