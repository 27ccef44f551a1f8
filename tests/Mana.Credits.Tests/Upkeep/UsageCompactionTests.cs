using Mana.Credits.Accounts;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Credits.Tests.Upkeep;

/// <summary>commerce.md 12: usage older than 13 months is compacted; what was spent stays.</summary>
public sealed class UsageCompactionTests(ClockedFixture world) : IClassFixture<ClockedFixture>
{
    Task CompactAsync() => ActivatorUtilities.CreateInstance<UsageCompaction>(world.Host.Services).RunAsync(default);

    async Task<string?> RowsAsync(Caller person) => await world.ScalarAsync<string>("""
        SELECT string_agg(u.day || ' ' || u.app_id || ' ' || u.amount || ' ' || u.uses, ', ' ORDER BY u.day, u.app_id COLLATE "C") FROM credits.usage_stats u
        JOIN credits.accounts a ON a.id = u.wallet WHERE a.owner_id = $1
        """, person.UserId);

    async Task UsedAsync(Caller person, string day, string app, decimal credits, int uses) => await world.ScalarAsync<object>("""
        INSERT INTO credits.usage_stats (wallet, app_id, day, amount, uses)
        SELECT id, $2, $3::date, $4, $5 FROM credits.accounts WHERE owner_id = $1 AND kind = 'available' RETURNING wallet
        """, person.UserId, app, day, (long)(credits * 1000), uses);

    [Fact]
    public async Task Chapter_12_days_older_than_thirteen_months_become_months_and_no_credit_is_lost()
    {
        // It is 15 January 2026: whole months before December 2024 are old.
        var (ada, bob) = (await world.PersonAsync(100), await world.PersonAsync(100));
        foreach (var (day, app, credits, uses) in ((string, string, decimal, int)[])
        [
            ("2024-10-01", "chat", 1, 1), ("2024-10-02", "chat", 2.5m, 2), ("2024-10-31", "chat", 0.001m, 1), ("2024-10-31", "todo", 4, 1), ("2024-11-30", "chat", 8, 3), ("2024-12-01", "chat", 16, 1),
            ("2024-12-02", "chat", 32, 1), ("2026-01-14", "chat", 64, 1),
        ])
            await UsedAsync(ada, day, app, credits, uses);
        await UsedAsync(bob, "2024-10-07", "chat", 5, 7);
        for (var run = 0; run < 2; run++)
        {
            await CompactAsync();
            Assert.Equal(
                "2024-10-01 chat 3501 4, 2024-10-01 todo 4000 1, 2024-11-01 chat 8000 3, 2024-12-01 chat 16000 1, 2024-12-02 chat 32000 1, 2026-01-14 chat 64000 1", await RowsAsync(ada));
            Assert.Equal("2024-10-01 chat 5000 7", await RowsAsync(bob));
        }

        Assert.Equal(127.501m, (await ada.GetAsync("credits/usage?groupBy=app&from=2024-01-01&to=2026-01-15")).Ok().Number("total"));
        await world.IsSoundAsync();
    }

    [Fact]
    public async Task Chapter_12_two_hosts_at_once_count_a_day_once()
    {
        var person = await world.PersonAsync(100);
        for (var day = 1; day <= 28; day++)
            await UsedAsync(person, $"2023-02-{day:00}", "chat", 1, 1);
        await Task.WhenAll(CompactAsync(), CompactAsync(), CompactAsync());
        await CompactAsync();
        Assert.Equal("2023-02-01 chat 28000 28", await RowsAsync(person));
    }
}
