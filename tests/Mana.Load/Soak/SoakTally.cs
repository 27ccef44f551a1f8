namespace Mana.Load.Soak;

/// <summary>What everybody in a soak has done so far.</summary>
internal sealed class SoakTally
{
    readonly List<Worker> _workers = [];
    readonly Worker _live = new();
    long _hints;
    long _streamed;
    int _reconnects;
    int _sockets;
    int _streams;

    public long Hints => Interlocked.Read(ref _hints);

    public long Streamed => Interlocked.Read(ref _streamed);

    public int Reconnects => _reconnects;

    public int Sockets => _sockets;

    public int Streams => _streams;

    public IReadOnlyList<Worker> Workers => _workers;

    public int Operations
    {
        get
        {
            lock (_workers)
                return _workers.Sum(worker => worker.Latencies.Count);
        }
    }

    public int Errors
    {
        get
        {
            lock (_workers)
                return _workers.Sum(worker => worker.Errors);
        }
    }

    public Worker NewWorker()
    {
        var worker = new Worker();
        lock (_workers)
            _workers.Add(worker);
        return worker;
    }

    public void Fail(string what)
    {
        lock (_workers)
        {
            if (!_workers.Contains(_live))
                _workers.Add(_live);
            _live.Fail(what);
        }
    }

    public void Hinted() => Interlocked.Increment(ref _hints);

    public void Delivered(int changes) => Interlocked.Add(ref _streamed, changes);

    public void Reconnected() => Interlocked.Increment(ref _reconnects);

    public void SocketOpened(bool opened) => Interlocked.Add(ref _sockets, opened ? 1 : -1);

    public void StreamOpened(bool opened) => Interlocked.Add(ref _streams, opened ? 1 : -1);
}
