using System.Collections.Concurrent;
using System.Diagnostics;

namespace Mana.Load.Day;

/// <summary>One answer: when it was asked for, in seconds of the run, and how long that took.</summary>
internal readonly record struct DaySample(double At, double Milliseconds, bool IsRequest);

/// <summary>What every endpoint was asked and how it answered.</summary>
internal sealed class DayTally(DayClock clock)
{
    readonly ConcurrentDictionary<string, Endpoint> _endpoints = new(StringComparer.Ordinal);
    readonly ConcurrentBag<double> _late = [];
    int _live;

    /// <summary>Sockets and streams that are open now.</summary>
    public int Live => _live;

    public int Errors => Failures.Count();

    public string? FirstFailure => _endpoints.Values.Select(endpoint => endpoint.FirstFailure).FirstOrDefault(failure => failure is not null);

    /// <summary>In the order of the clock.</summary>
    public List<DaySample> Samples => [.. _endpoints.Values.SelectMany(endpoint => endpoint.Samples).OrderBy(sample => sample.At)];

    /// <summary>When something went wrong, in seconds of the run.</summary>
    public IEnumerable<double> Failures => _endpoints.Values.SelectMany(endpoint => endpoint.Failures);

    /// <summary>Milliseconds that things were begun later than planned, sorted: the device was busy with the thing before, or this program was.</summary>
    public double[] Late => [.. _late.Order()];

    public void Begin(long due) => _late.Add(Math.Max(0, Stopwatch.GetElapsedTime(due).TotalMilliseconds));

    public void Connected(bool opened) => Interlocked.Add(ref _live, opened ? 1 : -1);

    public void Fail(string endpoint, string what) => Of(endpoint).Fail($"{endpoint}: {what}", clock.Seconds);

    public void Took(string endpoint, long sent, bool isRequest = true) =>
        Of(endpoint).Add(new DaySample(Stopwatch.GetElapsedTime(clock.Start, sent).TotalSeconds, Stopwatch.GetElapsedTime(sent).TotalMilliseconds, isRequest));

    /// <summary>What a part of another scenario has measured.</summary>
    public void Take(string endpoint, long sent, Worker worker)
    {
        foreach (var latency in worker.Latencies)
            Of(endpoint).Add(new DaySample(Stopwatch.GetElapsedTime(clock.Start, sent).TotalSeconds, latency, true));
        if (worker.FirstFailure is { } failure)
            Of(endpoint).Fail(failure, clock.Seconds);
    }

    /// <summary>Sends, reads the answer to the end and judges its status; null when that was not good.</summary>
    public async Task<byte[]?> SendAsync(string endpoint, Func<Task<HttpResponseMessage>> sendAsync)
    {
        var sent = Stopwatch.GetTimestamp();
        try
        {
            using var answer = await sendAsync();
            var body = await answer.Content.ReadAsByteArrayAsync();
            Took(endpoint, sent);
            if (answer.IsSuccessStatusCode)
                return body;
            Fail(endpoint, $"{(int)answer.StatusCode} {System.Text.Encoding.UTF8.GetString(body.AsSpan(0, Math.Min(300, body.Length)))}");
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException)
        {
            Fail(endpoint, failure.Message);
        }

        return null;
    }

    public List<EndpointResult> Results() => [.. _endpoints.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => pair.Value.Result(pair.Key))];

    Endpoint Of(string name) => _endpoints.GetOrAdd(name, _ => new Endpoint());

    sealed class Endpoint
    {
        readonly List<DaySample> _samples = [];

        readonly List<double> _failures = [];

        public string? FirstFailure { get; private set; }

        public DaySample[] Samples
        {
            get
            {
                lock (_samples)
                    return [.. _samples];
            }
        }

        public double[] Failures
        {
            get
            {
                lock (_samples)
                    return [.. _failures];
            }
        }

        public void Add(DaySample sample)
        {
            lock (_samples)
                _samples.Add(sample);
        }

        public void Fail(string what, double at)
        {
            lock (_samples)
            {
                _failures.Add(at);
                FirstFailure ??= what;
            }
        }

        public EndpointResult Result(string name)
        {
            var sorted = Samples.Select(sample => sample.Milliseconds).Order().ToArray();
            return new EndpointResult(name, sorted.Length, Failures.Length, RunResult.At(sorted, 0.50), RunResult.At(sorted, 0.95), RunResult.At(sorted, 0.99), sorted.Length == 0 ? 0 : sorted[^1]);
        }
    }
}
