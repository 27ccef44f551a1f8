using System.Text.Json;
using System.Threading.Channels;
using Mana.Auth.Data;
using Mana.Kernel.Ids;
using Mana.Kernel.Stopping;
using Microsoft.Extensions.Logging;

namespace Mana.Auth.SecurityEvents;

/// <summary>
/// Takes security events without keeping the request waiting, and writes them in the order in which they came (auth.md 22). When the
/// database is away they wait, up to <see cref="Most"/>; beyond it they are counted and dropped.
/// </summary>
internal sealed class SecurityLog(SecurityEventStore store, IIdSource ids, AuthMetrics metrics, TimeProvider time, ILogger<SecurityLog> log) : Worker
{
    const int Most = 10_000;
    const int Batch = 200;
    static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    readonly Channel<Entry> _waiting = Channel.CreateBounded<Entry>(new BoundedChannelOptions(Most) { SingleReader = true });

    /// <summary>Never waits and never fails the request that it is about.</summary>
    /// <param name="userId">Whose event it is; null when no account is known.</param>
    /// <param name="type">One of <see cref="SecurityEventTypes"/>.</param>
    /// <param name="facts">Codes, names and counts. Never a token, password, code or key.</param>
    public void Record(string type, string? userId, ClientInfo client, params IEnumerable<(string Name, object? Value)> facts)
    {
        var metadata = JsonSerializer.Serialize(facts.Where(fact => fact.Value is not null).ToDictionary(fact => fact.Name, fact => fact.Value));
        var entry = new SecurityEvent
        {
            Id = ids.NewGuid(),
            UserId = userId,
            EventType = type,
            IpAddress = client.IpAddress,
            UserAgent = client.UserAgent,
            RequestId = client.RequestId,
            Metadata = metadata,
            CreatedAt = Organization.WholeMicroseconds(time.GetUtcNow()),
        };
        if (_waiting.Writer.TryWrite(new Entry(entry, null)))
            return;
        metrics.SecurityEventDropped();
        log.LogError("A security event of type {EventType} was dropped: {Waiting} are waiting for the database", type, Most);
    }

    /// <summary>Completes when everything recorded before is stored.</summary>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        var mark = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await _waiting.Writer.WriteAsync(new Entry(null, mark), cancellationToken);
        await mark.Task.WaitAsync(cancellationToken);
    }

    protected override async Task WorkAsync(CancellationToken stoppingToken)
    {
        // A host that stops writes down what it still holds; the host's own time-out for stopping is the limit.
        using var stopping = stoppingToken.Register(() => _waiting.Writer.TryComplete());
        var (entries, marks) = (new List<SecurityEvent>(), new List<TaskCompletionSource>());
        while (await _waiting.Reader.WaitToReadAsync(CancellationToken.None))
        {
            while (entries.Count < Batch && _waiting.Reader.TryRead(out var next))
            {
                if (next.Event is not null)
                    entries.Add(next.Event);
                else
                    marks.Add(next.Mark!);
            }

            await WriteAsync(entries, stoppingToken);
            marks.ForEach(mark => mark.TrySetResult());
            entries.Clear();
            marks.Clear();
        }
    }

    async Task WriteAsync(List<SecurityEvent> entries, CancellationToken stoppingToken)
    {
        while (entries.Count > 0)
        {
            try
            {
                await store.AppendAsync(entries, CancellationToken.None);
                return;
            }
            catch (Npgsql.PostgresException refused) when (refused.SqlState.StartsWith("22", StringComparison.Ordinal))
            {
                await WriteEachAsync(entries, stoppingToken);
                return;
            }
            catch (Exception exception) when (exception is Npgsql.NpgsqlException or TimeoutException)
            {
                log.LogWarning("Security events cannot be stored ({Kind}); {Count} wait", exception.GetType().Name, entries.Count);
                if (stoppingToken.IsCancellationRequested)
                {
                    entries.ForEach(_ => metrics.SecurityEventDropped());
                    return;
                }

                await Task.WhenAny(Task.Delay(Pause, time, stoppingToken));
            }
        }
    }

    /// <summary>One of them holds what no column takes. It must not keep the others, and all later ones, from being written.</summary>
    async Task WriteEachAsync(List<SecurityEvent> entries, CancellationToken stoppingToken)
    {
        if (entries is [var bad])
        {
            metrics.SecurityEventDropped();
            log.LogError("A security event of type {EventType} cannot be stored", bad.EventType);
            return;
        }

        foreach (var entry in entries)
            await WriteAsync([entry], stoppingToken);
    }

    readonly record struct Entry(SecurityEvent? Event, TaskCompletionSource? Mark);
}
