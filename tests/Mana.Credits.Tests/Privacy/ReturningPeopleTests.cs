using System.Collections.Concurrent;
using Mana.Auth.Contracts;
using Mana.Credits.Contracts;
using Mana.Credits.Privacy;
using Mana.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Mana.Credits.Tests.Privacy;

/// <summary>Nobody who was erased has an account again, whatever still arrives for them.</summary>
public sealed class ReturningPeopleTests(ReturningPeopleTests.World world) : IClassFixture<ReturningPeopleTests.World>
{
    public sealed class World : CreditsFixture, IErasedUsers
    {
        public ConcurrentDictionary<string, bool> Gone { get; } = new();

        public ValueTask<bool> IsErasedAsync(string userId, CancellationToken cancellationToken) => new(Gone.ContainsKey(userId));

        protected override TestHost Configure(TestHost host) => host.With(services => services.Replace(ServiceDescriptor.Singleton<IErasedUsers>(this)));
    }

    static IssueCommand Purchase(string userId, string key, long credits = 5) => new(userId, CreditAmount.OfCredits(credits), CreditSource.Purchase, key, "stripe", "bought");

    Task<long> RowsAsync(string userId) => world.ScalarAsync<long>(
        "SELECT (SELECT count(*) FROM credits.accounts WHERE owner_id = $1) + (SELECT count(*) FROM credits.sync_subscriptions WHERE user_id = $1)", userId);

    [Fact]
    public async Task Nothing_that_comes_for_an_erased_person_opens_an_account()
    {
        var (gone, other, admin, service) = (await world.PersonAsync(), world.NewId(), await world.AdminAsync(), world.Service());
        world.Gone[gone.UserId] = true;
        (await service.PostAsync("internal/credits/grant", new { userId = gone.UserId, amount = 5, reason = "r", referenceId = "r" })).Refused(404, "not_found");
        (await service.PostAsync("internal/credits/refund", new { userId = gone.UserId, amount = 5, description = "d" })).Refused(404, "not_found");
        (await service.PostAsync("internal/credits/init", new { userId = gone.UserId })).Refused(404, "not_found");
        (await service.GetAsync($"internal/credits/balance/{gone.UserId}")).Refused(404, "not_found");
        (await admin.PostAsync($"admin/credits/{gone.UserId}/adjust", new { amount = 5, reason = "r", referenceId = "r" })).Refused(404, "not_found");
        (await admin.PostAsync($"admin/sync/{gone.UserId}/gift")).Refused(404, "not_found");
        Assert.Equal(0, (await gone.GetAsync("credits/balance")).Ok().Number("balance"));
        await world.Ledger.EnsureAccountAsync(gone.UserId, default);
        Assert.IsType<PostingResult.UnknownUser>(await world.Issuance.IssueAsync(Purchase(gone.UserId, "late"), default));
        Assert.IsType<PostingResult.UnknownUser>(await world.Issuance.ClawBackAsync(new(gone.UserId, CreditAmount.OfCredits(5), "late-refund", "d"), default));
        var batch = await world.Issuance.IssueManyAsync([Purchase(gone.UserId, "batch-1"), Purchase(other, "batch-2")], default);
        Assert.IsType<PostingResult.UnknownUser>(batch[0]);
        Assert.IsType<PostingResult.Posted>(batch[1]);
        Assert.Equal((0, 2), (await RowsAsync(gone.UserId), await RowsAsync(other)));
        await world.IsSoundAsync();
    }

    [Fact]
    public async Task A_purchase_that_comes_again_after_the_erasure_is_booked_already()
    {
        var person = world.NewId();
        var first = Assert.IsType<PostingResult.Posted>(await world.Issuance.IssueAsync(Purchase(person, "bought-once"), default));
        await world.Host.Services.GetRequiredService<CreditsPersonalData>().EraseAsync(person, default);
        world.Gone[person] = true;
        var again = Assert.IsType<PostingResult.Posted>(await world.Issuance.IssueAsync(Purchase(person, "bought-once"), default));
        Assert.Equal((first.TransactionId, true), (again.TransactionId, again.Replayed));
        Assert.True(Assert.IsType<PostingResult.Posted>((await world.Issuance.IssueManyAsync([Purchase(person, "bought-once")], default))[0]).Replayed);
        Assert.IsType<PostingResult.KeyMismatch>(await world.Issuance.IssueAsync(Purchase(person, "bought-once", 6), default));
        Assert.Equal(0, await RowsAsync(person));
    }
}
