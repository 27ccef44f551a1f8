using Mana.Auth.Contracts;
using Mana.Credits.Gifts;
using Mana.Credits.Privacy;
using Mana.Testing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Mana.Credits.Tests.Gifts;

/// <summary>Somebody else has the gift in hands for longer than anybody waits.</summary>
public sealed class BusyGiftTests(CreditsFixture fixture) : IClassFixture<CreditsFixture>
{
    /// <summary>A further host, which waits for no lock, while the gift is locked; then again without.</summary>
    async Task WhileLockedAsync(string giftId, Func<IServiceProvider, Task> locked, Func<IServiceProvider, Task> then)
    {
        await using var connection = await fixture.OpenAsync();
        await new NpgsqlCommand($"ALTER ROLE mana_app IN DATABASE \"{connection.Database}\" SET lock_timeout = '200ms'", connection).ExecuteNonQueryAsync();
        await using var host = await new TestHost(fixture.Database).StartAsync();
        await using (await connection.BeginTransactionAsync())
        {
            await new NpgsqlCommand($"SELECT FROM credits.gift_codes WHERE id = '{giftId}' FOR UPDATE", connection).ExecuteNonQueryAsync();
            await using var scope = host.Services.CreateAsyncScope();
            await locked(scope.ServiceProvider);
        }

        await using var after = host.Services.CreateAsyncScope();
        await then(after.ServiceProvider);
    }

    [Fact]
    public async Task A_promised_gift_that_is_busy_makes_the_event_come_again()
    {
        var (creator, person) = (await fixture.MemberAsync(100), await fixture.MemberAsync());
        var gift = (await creator.PostAsync("gifts", new { totalCredits = 5, type = "personalized", targetEmail = person.UserId + "@example.test" })).Ok(201);
        Task HandleAsync(IServiceProvider services) => services.GetRequiredService<PromisedGifts>().HandleAsync(new EmailVerified(person.UserId, default), new(Guid.NewGuid(), default, 1), default);
        await WhileLockedAsync(gift.String("id")!, services => Assert.ThrowsAsync<InvalidOperationException>(() => HandleAsync(services)), HandleAsync);
        Assert.Equal(5_000, (await fixture.BalanceAsync(person)).Available.Milli);
    }

    [Fact]
    public async Task An_erasure_leaves_a_busy_gift_as_it_is_and_comes_again()
    {
        var creator = await fixture.MemberAsync(100);
        var gift = Guid.Parse((await creator.PostAsync("gifts", new { totalCredits = 5 })).Ok(201).String("id")!);
        Task EraseAsync(IServiceProvider services) => services.GetRequiredService<CreditsPersonalData>().EraseAsync(creator.UserId, default);
        Task<string?> StateAsync() => fixture.ScalarAsync<string>("SELECT status || ' ' || creator_id FROM credits.gift_codes WHERE id = $1", gift);
        await WhileLockedAsync(gift.ToString(), async services =>
        {
            await Assert.ThrowsAsync<InvalidOperationException>(() => EraseAsync(services));
            Assert.Equal("active " + creator.UserId, await StateAsync());
        }, EraseAsync);
        Assert.StartsWith("cancelled erased-", await StateAsync(), StringComparison.Ordinal);
        await fixture.IsSoundAsync();
    }
}
