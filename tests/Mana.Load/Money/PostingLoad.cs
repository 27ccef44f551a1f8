using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Security.Cryptography;
using Mana.Auth.Contracts;
using Mana.Credits;
using Mana.Credits.Contracts;
using Mana.Credits.Ledger;
using Mana.Kernel.Ids;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Mana.Load.Money;

/// <summary>
/// Bookings in process, in batches, as plan credits are given out: <c>--postgres</c> is the database of a host that has migrated it.
/// <c>--postings</c> instead of <c>--seconds</c> fills the table.
/// </summary>
internal static class PostingLoad
{
    const int PostingsPerBooking = 2;

    public static async Task<RunResult> RunAsync(LoadOptions options)
    {
        var connection = options.Postgres ?? throw new LoadProblem("This scenario needs --postgres.");
        await using var database = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connection) { MaxAutoPrepare = 20, AutoPrepareMinUsages = 1 }.ConnectionString);
        await using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var metrics = new CreditsMetrics(services.GetRequiredService<IMeterFactory>());
        var ledger = new CreditsLedger(database, new LedgerRetry(metrics), new Nobody(), new Ids(), TimeProvider.System, new CreditsOptions(), metrics);
        var workers = Enumerable.Range(0, options.Clients).Select(_ => new Worker()).ToList();
        var run = Guid.NewGuid().ToString("N");
        var start = Stopwatch.GetTimestamp();
        await Task.WhenAll(workers.Select((worker, number) => Task.Run(async () =>
        {
            for (var turn = 0; IsOn(options, workers, start); turn++)
            {
                var batch = Enumerable.Range(0, options.Batch).Select(i => new IssueCommand(
                    $"load-{run}-{number}-{((turn * options.Batch) + i) % (options.Users / options.Clients)}", new CreditAmount(1000), CreditSource.Plan, $"sub:{run}:{number}:{turn}:{i}", "stripe", "plan")).ToList();
                var sent = Stopwatch.GetTimestamp();
                var results = await ledger.IssueManyAsync(batch, CancellationToken.None);
                worker.Latencies.Add(Stopwatch.GetElapsedTime(sent).TotalMilliseconds);
                worker.Changes += results.Count(result => result is PostingResult.Posted { Replayed: false }) * PostingsPerBooking;
                if (results.Any(result => result is not PostingResult.Posted))
                    worker.Fail("A booking was refused.");
            }
        })));
        var took = Stopwatch.GetElapsedTime(start);
        return RunResult.Of($"postings in process, {options.Clients} connections, batches of {options.Batch}", workers, took) with
        {
            Figures = new() { ["postings/s"] = workers.Sum(worker => worker.Changes) / took.TotalSeconds },
        };
    }

    static bool IsOn(LoadOptions options, List<Worker> workers, long start) =>
        options.Postings > 0 ? workers.Sum(worker => worker.Changes) < options.Postings : Stopwatch.GetElapsedTime(start) < options.Duration;

    sealed class Ids : IIdSource
    {
        public Guid NewGuid() => Guid.CreateVersion7();

        public void Fill(Span<byte> secret) => RandomNumberGenerator.Fill(secret);
    }

    /// <summary>Nobody of this run was erased.</summary>
    sealed class Nobody : IErasedUsers
    {
        public ValueTask<bool> IsErasedAsync(string userId, CancellationToken cancellationToken) => ValueTask.FromResult(false);
    }
}
