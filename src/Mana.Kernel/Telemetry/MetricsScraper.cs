using System.Buffers;
using System.IO.Pipelines;
using OpenTelemetry.Metrics;

namespace Mana.Kernel.Telemetry;

/// <summary>
/// Serves scrapes from as few collections as possible: a request may use any collection that began after it arrived, so however
/// many wait, one more collection answers them all, and nobody ever gets numbers older than the request.
/// </summary>
internal sealed class MetricsScraper(PrometheusExporter exporter) : IDisposable
{
    private const int CollectMilliseconds = 5000;

    private readonly SemaphoreSlim _turn = new(1, 1);
    private BaseExportingMetricReader? _reader;
    private long _arrived;
    private long _served;

    /// <summary>Collections so far.</summary>
    internal int Collections { get; private set; }

    internal void Attach(BaseExportingMetricReader reader) => Volatile.Write(ref _reader, reader);

    internal void Detach() => Volatile.Write(ref _reader, null);

    /// <summary>Writes the page into <paramref name="output"/> and flushes it.</summary>
    /// <param name="output">Where the page goes; copied under the lock, sent outside it, so that a slow reader holds up nobody.</param>
    /// <param name="beforeBody">Told the length of the page in bytes before its first byte.</param>
    /// <param name="cancellationToken">The request's.</param>
    internal async Task WriteAsync(PipeWriter output, Action<long> beforeBody, CancellationToken cancellationToken)
    {
        var ticket = Interlocked.Increment(ref _arrived);
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (_served < ticket) Collect();
            beforeBody(exporter.Page.Length);
            output.Write(exporter.Page.Span);
        }
        finally
        {
            _turn.Release();
        }
        await output.FlushAsync(cancellationToken);
    }

    public void Dispose() => _turn.Dispose();

    private void Collect()
    {
        var covers = Interlocked.Read(ref _arrived);
        if (Volatile.Read(ref _reader) is not { } reader) return;
        if (!reader.Collect(CollectMilliseconds)) throw new InvalidOperationException("The metrics could not be collected.");
        Collections++;
        _served = covers;
    }
}
