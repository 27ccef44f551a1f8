using System.Text.Json;
using Mana.Auth.Contracts;
using Mana.Auth.Privacy;
using Mana.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Mana.Auth.Tests.Privacy;

/// <summary>auth.md 19.1.</summary>
public sealed class OverviewTests(PrivacyWorld world) : IClassFixture<PrivacyWorld>
{
    const string Path = "/api/v1/me/data";
    const string Order = "todo,chat,calendar,clock,contacts,cards,picture,quotes,presi,inventory,food,plants,storage,questions,music,context,photos,skilltree,citycorners,times,uload,calc,mana";

    [Fact]
    public async Task Scenario_70_the_overview_is_complete_and_counts_what_is_there()
    {
        var person = await world.PersonAsync();
        await world.Host.DrainAsync();
        await world.PushAsync(person, string.Join(',', Enumerable.Range(0, 4).Select(n => PrivacyWorld.Insert("t" + n))) + "," + PrivacyWorld.Insert("l1", "tagLinks"));
        await world.PushAsync(person, PrivacyWorld.Delete("t3"));
        await world.PushAsync(person, PrivacyWorld.Insert("x1", "things"), "zoo");
        await world.PushAsync(await world.PersonAsync(), PrivacyWorld.Insert("t9"));
        await world.FlushAsync();

        var data = (await world.GetAsync(Path, person)).IsOk();
        Assert.True(data.Headers.CacheControl?.NoStore);
        Assert.Equal((person.UserId, person.Email, "user"), (data["user", "id"], data["user", "email"], data["user", "role"]));
        Assert.Equal(["id", "email", "name", "role", "createdAt", "emailVerified"], Names(data.Body.GetProperty("user")));
        var auth = data.Body.GetProperty("auth");
        Assert.Equal((1, 1, false), (auth.GetProperty("sessionsCount").GetInt32(), auth.GetProperty("accountsCount").GetInt32(), auth.GetProperty("has2FA").GetBoolean()));
        Assert.Equal(world.Clock.GetUtcNow(), auth.GetProperty("lastLoginAt").GetDateTimeOffset());
        Assert.Equal("""{"balance":0,"totalEarned":0,"totalSpent":0,"transactionsCount":0}""", data.Body.GetProperty("credits").GetRawText());

        var projects = data.Body.GetProperty("projects").EnumerateArray().ToList();
        var ids = projects.ConvertAll(project => project.GetProperty("projectId").GetString()!);
        Assert.Equal(Order, string.Join(',', ids.Take(23)));
        Assert.Equal(ids.Skip(23).Order(StringComparer.Ordinal), ids.Skip(23));
        Assert.All(projects, project => Assert.True(project.GetProperty("available").GetBoolean()));
        var todo = projects[0];
        Assert.Equal("""[{"entity":"tagLinks","count":1,"label":"Tag Links"},{"entity":"tasks","count":3,"label":"Tasks"}]""", todo.GetProperty("entities").GetRawText());
        Assert.Equal((4, "Todo", "✅"), (todo.GetProperty("totalCount").GetInt32(), todo.GetProperty("projectName").GetString(), todo.GetProperty("icon").GetString()));
        Assert.True(todo.TryGetProperty("lastActivityAt", out _));
        Assert.False(projects[1].TryGetProperty("lastActivityAt", out _));
        var zoo = projects.Single(project => project.GetProperty("projectId").GetString() == "zoo");
        Assert.Equal(("zoo", KnownProjects.UnknownIcon), (zoo.GetProperty("projectName").GetString(), zoo.GetProperty("icon").GetString()));
        var totals = data.Body.GetProperty("totals");
        Assert.Equal(projects.Sum(project => project.GetProperty("totalCount").GetInt64()), totals.GetProperty("totalEntities").GetInt64());
        Assert.Equal(projects.Count(project => project.GetProperty("totalCount").GetInt64() > 0), totals.GetProperty("projectsWithData").GetInt32());
    }

    [Theory]
    [InlineData("chat", "ManaChat"), InlineData("calendar", "Kalender"), InlineData("contacts", "Kontakte"), InlineData("picture", "ManaPicture"), InlineData("inventory", "Inventar")]
    [InlineData("times", "Taktik"), InlineData("uload", "uLoad")]
    public void Projects_have_the_names_that_people_know(string id, string name) => Assert.Equal(name, KnownProjects.All.Single(project => project.Id == id).Name);

    [Fact]
    public async Task Credits_come_from_the_ledger_and_are_nothing_when_it_fails()
    {
        var person = await world.PersonAsync();
        world.Gadget.Credits = user => user == person.UserId ? new CreditTotals(5, 9, 4, 3) : CreditTotals.None;
        Assert.Equal("""{"balance":5,"totalEarned":9,"totalSpent":4,"transactionsCount":3}""", (await world.GetAsync(Path, person)).IsOk().Body.GetProperty("credits").GetRawText());
        world.Gadget.Credits = _ => throw new InvalidOperationException("down");
        Assert.Equal("""{"balance":0,"totalEarned":0,"totalSpent":0,"transactionsCount":0}""", (await world.GetAsync(Path, person)).IsOk().Body.GetProperty("credits").GetRawText());
    }

    [Fact]
    public async Task Scenario_70_without_the_store_of_records_every_project_says_so()
    {
        var database = await TestCluster.CreateDatabaseAsync();
        await using var host = new TestHost(database).With(services => services.Replace(ServiceDescriptor.Singleton<IRecordCounts>(new Broken())));
        await host.StartAsync();
        var api = new AuthApi(host);
        var token = (await api.NewSessionAsync())["accessToken"]!;
        var data = (await api.CallAsync("GET", Path, bearer: token)).IsOk();
        var projects = data.Body.GetProperty("projects").EnumerateArray().ToList();
        Assert.Equal(Order, string.Join(',', projects.Select(project => project.GetProperty("projectId").GetString())));
        Assert.All(projects, project =>
        {
            Assert.False(project.GetProperty("available").GetBoolean());
            Assert.Equal((0, "[]"), (project.GetProperty("totalCount").GetInt32(), project.GetProperty("entities").GetRawText()));
            Assert.Contains("nicht erreichbar", project.GetProperty("error").GetString(), StringComparison.Ordinal);
        });
        await host.DisposeAsync();
        await TestCluster.DropDatabaseAsync(database);
    }

    [Fact]
    public async Task Scenario_70_an_administrator_sees_the_same_of_others_and_nobody_else_does()
    {
        var (admin, person) = (await world.AdminAsync(), await world.PersonAsync());
        var path = $"/api/v1/admin/users/{person.UserId}/data";
        Assert.Equal(person.Email, (await world.GetAsync(path, admin)).IsOk()["user", "email"]);
        Assert.Equal(403, (await world.GetAsync(path, person)).Status);
        var missing = await world.GetAsync("/api/v1/admin/users/nobody/data", admin);
        Assert.Equal((404, "Not found", "User not found"), (missing.Status, missing["error"], missing["message"]));
    }

    static IEnumerable<string> Names(JsonElement value) => value.EnumerateObject().Select(member => member.Name);

    sealed class Broken : IRecordCounts
    {
        public Task<IReadOnlyList<RecordCount>> OfUserAsync(string userId, CancellationToken cancellationToken) => throw new TimeoutException();
    }
}
