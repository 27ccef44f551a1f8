namespace Mana.Auth.Passwords;

/// <summary>
/// One at a time per key, in order of arrival: guesses at one account from one place wait for each other before any of them takes a
/// processor or a connection. A key whose queue is full is refused.
/// </summary>
internal sealed class Turns
{
    const int Longest = 32;

    readonly Dictionary<string, Queue> _queues = new(StringComparer.Ordinal);

    /// <summary>Null: too many wait already. Otherwise dispose it when done.</summary>
    public async Task<IDisposable?> EnterAsync(string key, CancellationToken cancellationToken)
    {
        Queue? queue;
        lock (_queues)
        {
            if (!_queues.TryGetValue(key, out queue))
                _queues.Add(key, queue = new Queue(this, key));
            if (queue.Inside > Longest)
                return null;
            queue.Inside++;
        }

        try
        {
            await queue.Door.WaitAsync(cancellationToken);
            return queue;
        }
        catch
        {
            Leave(queue);
            throw;
        }
    }

    void Leave(Queue queue)
    {
        lock (_queues)
        {
            if (--queue.Inside > 0)
                return;
            _queues.Remove(queue.Key);
            queue.Door.Dispose();
        }
    }

    sealed class Queue(Turns turns, string key) : IDisposable
    {
        public string Key => key;

        public SemaphoreSlim Door { get; } = new(1, 1);

        public int Inside { get; set; }

        public void Dispose()
        {
            Door.Release();
            turns.Leave(this);
        }
    }
}
