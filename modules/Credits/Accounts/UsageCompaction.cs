using Mana.Kernel.Jobs;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Mana.Credits.Accounts;

/// <summary>Thirteen whole months of usage are kept by the day, what is older by the month (commerce.md 12). Safe on several hosts and to be repeated: a day is counted once.</summary>
internal sealed class UsageCompaction(NpgsqlDataSource database, TimeProvider time, ILogger<UsageCompaction> log) : IManaJob
{
    const int KeptMonths = 13;
    const int Batch = 10_000;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        var before = new DateOnly(today.Year, today.Month, 1).AddMonths(-KeptMonths);
        long gone, all = 0;
        do
        {
            await using var command = database.CreateCommand("SELECT credits.compact_usage($1, $2)");
            command.CommandTimeout = 600;
            command.Parameters.Add(new() { Value = before });
            command.Parameters.Add(new() { Value = Batch });
            gone = (long)(await command.ExecuteScalarAsync(cancellationToken))!;
            all += gone;
        }
        while (gone == Batch);

        log.LogInformation("{Count} day(s) of usage before {Before} were put together by month", all, before);
    }
}
