namespace Mana.Kernel.Stopping;

/// <summary>
/// A token that ends after a time, or with another token, for what asks the database. What its callbacks throw stays in the task of
/// <see cref="CancellationTokenSource.CancelAsync"/>: a token that a timer ends would take the process with it, one that a stopping host ends
/// the rest of the stop. Npgsql's do throw (10.0.0: <c>ObjectDisposedException</c>), where a token has seen a connection break.
/// </summary>
public sealed class Patience : IDisposable
{
    readonly CancellationTokenSource _source = new();
    readonly CancellationTokenRegistration _outer;
    readonly ITimer? _timer;

    /// <summary>Ends after this time; before that with <paramref name="outer"/>.</summary>
    public Patience(TimeSpan after, TimeProvider? time = null, CancellationToken outer = default)
        : this(outer) =>
        _timer = (time ?? TimeProvider.System).CreateTimer(_ => End(), null, after, Timeout.InfiniteTimeSpan);

    /// <summary>Ends with <paramref name="outer"/>.</summary>
    public Patience(CancellationToken outer) => _outer = outer.Register(End);

    public CancellationToken Token => _source.Token;

    public bool IsOver => _source.IsCancellationRequested;

    /// <summary>The source itself holds nothing, and a late timer may still end it.</summary>
    public void Dispose()
    {
        _timer?.Dispose();
        _outer.Dispose();
    }

    void End() => _ = _source.CancelAsync();
}
