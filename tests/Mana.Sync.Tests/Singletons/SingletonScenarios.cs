using Mana.Auth.Contracts;
using Mana.Kernel.Outbox;
using Mana.Sync.Contracts;
using Mana.Sync.Singletons;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Sync.Tests.Singletons;

/// <summary>sync.md 16.4: what exists once exists once, whoever makes it and however often, and never beats what a person wrote.</summary>
public sealed class SingletonScenarios(SyncFixture fixture) : IClassFixture<SyncFixture>
{
    [Fact]
    public async Task Auth_Scenario_75_a_start_of_an_app_makes_what_is_missing_and_says_so_once()
    {
        var a = await fixture.MemberAsync();
        var space = await fixture.SpaceAsync(a);
        var bootstrap = fixture.Host.Services.GetRequiredService<SingletonBootstrap>();
        await bootstrap.SpaceAsync(a.UserId, space, personal: false, default);

        JsonAssert.Same($$$$"""{"ok":true,"bootstrapped":{"userContext":true,"spaces":{"{{{{space}}}}":false}}}""", (await BootstrapAsync(a)).Body);
        JsonAssert.Same($$$$"""{"ok":true,"bootstrapped":{"userContext":false,"spaces":{"{{{{space}}}}":false}}}""", (await BootstrapAsync(a)).Body);

        var context = (await a.As("b", "profile").PullAsync("userContext")).Ok().Only;
        Assert.Equal(("insert", "singleton", "system"), ((string?)context["op"], (string?)context["id"], (string?)context["origin"]));
        JsonAssert.Same("""{"kind":"system","principalId":"system:bootstrap","displayName":"Bootstrap"}""", context["actor"]);
        JsonAssert.Same(
            $$$"""
            {"id":"singleton","about":{},"interests":[],"routine":{},"nutrition":{},"leisure":{},"goals":[],"social":{},"freeform":"",
             "interview":{"answeredIds":[],"skippedIds":[]},"userId":"{{{a.UserId}}}","createdAt":"1970-01-01T00:00:00.000Z"}
            """, context["data"]);
        Assert.All(context["fieldMeta"]!.AsObject(), field => Assert.Equal("1970-01-01T00:00:00.000000Z", (string?)field.Value));
        Assert.Equal("kontext-" + space, (string?)(await a.As("b", "kontext").PullAsync("kontextDoc")).Ok().Only["id"]);
    }

    [Fact]
    public async Task Scenario_24_5_86_what_a_person_wrote_stays_when_the_bootstrap_comes_late()
    {
        var a = await fixture.MemberAsync();
        await a.As("a", "profile").StoreAsync("""{"table":"userContext","id":"singleton","op":"update","fields":{"freeform":{"value":"mine","at":"2020-01-01T00:00:00.000Z"}}}""");
        await BootstrapAsync(a);
        var record = await fixture.Host.Services.GetRequiredService<ISyncRecords>().ReadAsync(RecordOwner.OfUser(a.UserId), "profile", "userContext", "singleton", default);
        Assert.Equal("mine", (string?)record!.Fields["freeform"]);
    }

    [Fact]
    public async Task Auth_Scenario_75_many_at_once_make_one()
    {
        var a = await fixture.MemberAsync();
        var space = await fixture.SpaceAsync(a);
        var made = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => BootstrapAsync(a)));
        Assert.Single(made, answer => (bool)answer.Body["bootstrapped"]!["userContext"]!);
        Assert.InRange(made.Count(answer => (bool)answer.Body["bootstrapped"]!["spaces"]![space]!), 0, 1);
        Assert.Single((await a.As("b", "kontext").PullAsync("kontextDoc")).Ok().Changes);
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("""
        ,"spaceId":"_personal:guest"
        """, true)]
    [InlineData("""
        ,"spaceId":"_personal:<me>"
        """, true)]
    [InlineData("""
        ,"spaceId":"whatever"
        """, true)]
    [InlineData("""
        ,"spaceId":7
        """, true)]
    [InlineData("""
        ,"spaceId":"a space that it was meant for"
        """, false)]
    public async Task An_older_document_under_another_id_is_not_doubled(string written, bool counts)
    {
        var a = await fixture.MemberAsync();
        var bootstrap = fixture.Host.Services.GetRequiredService<SingletonBootstrap>();
        var data = "{\"content\":\"old\"" + written.Replace("<me>", a.UserId, StringComparison.Ordinal) + "}";
        await a.As("a", "kontext").StoreAsync("""{"table":"kontextDoc","id":"c9d3a7c2","op":"insert","spaceId":"_personal:guest","data":""" + data + "}");
        Task<bool> MakeAsync() => bootstrap.SpaceAsync(a.UserId, "whatever", personal: true, default);
        if (counts)
            Assert.False(await MakeAsync());
        else
            // It goes on to insert one, which is refused because nobody has such a space.
            await Assert.ThrowsAsync<InvalidOperationException>(MakeAsync);
    }

    [Fact]
    public async Task Accounts_and_spaces_get_theirs_by_event_and_a_second_delivery_changes_nothing()
    {
        var a = await fixture.MemberAsync();
        var space = await fixture.SpaceAsync(a);
        await using var scope = fixture.Host.Services.CreateAsyncScope();
        var handler = scope.ServiceProvider.GetRequiredService<SingletonHandlers>();
        var context = new EventContext(Guid.Empty, DateTimeOffset.UnixEpoch, 1);
        for (var delivery = 0; delivery < 2; delivery++)
        {
            await handler.HandleAsync(new UserRegistered(a.UserId, DateTimeOffset.UnixEpoch), context, default);
            await handler.HandleAsync(new SpaceCreated(space, "team", a.UserId), context, default);
        }

        Assert.Single((await a.As("b", "profile").PullAsync("userContext")).Ok().Changes);
        Assert.Single((await a.As("b", "kontext").PullAsync("kontextDoc")).Ok().Changes);
    }

    static async Task<Answer> BootstrapAsync(SyncClient person)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/me/bootstrap-singletons");
        return (await person.SendAsync(request)).Ok();
    }
}
