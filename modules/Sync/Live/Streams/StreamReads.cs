namespace Mana.Sync.Live.Streams;

/// <summary>
/// Lets a few streams read at a time. After a loss of notifications all of them want to at once, and would take every connection of the
/// pool away from pushes and pulls.
/// </summary>
internal sealed class StreamReads(LiveOptions options) : IDisposable
{
    readonly SemaphoreSlim _turns = new(options.ConcurrentReads);

    public async Task<T> RunAsync<T>(Func<Task<T>> read, CancellationToken cancellationToken)
    {
        await _turns.WaitAsync(cancellationToken);
        try
        {
            return await read();
        }
        finally
        {
            _turns.Release();
        }
    }

    public void Dispose() => _turns.Dispose();
}
