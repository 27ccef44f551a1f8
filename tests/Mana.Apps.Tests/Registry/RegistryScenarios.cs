using Mana.Apps.Contracts;
using Mana.Apps.Registry;
using Mana.Sync.Contracts;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Apps.Tests.Registry;

/// <summary>compute.md 2 and 32.1.</summary>
[Collection(SharedHost.Name)]
public sealed class RegistryScenarios(AppsFixture world)
{
    [Fact]
    public void Scenario_REG_01_the_table_is_sound_and_todo_has_five_collections() =>
        Assert.Equal(["tasks", "projects", "taskLabels", "reminders", "boardViews"], new AppRegistry().Find("todo")!.Collections.Select(one => one.Name));

    [Fact]
    public void Scenario_REG_02_two_apps_of_one_id_are_named()
    {
        var problem = Assert.Throws<InvalidOperationException>(() => Registry(App("todo", "tasks"), App("todo", "chores")));
        Assert.Contains("'todo'", problem.Message, StringComparison.Ordinal);
        Assert.Contains("tasks", problem.Message, StringComparison.Ordinal);
        Assert.Contains("chores", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Scenario_REG_03_two_collections_of_one_local_name_stop_the_start() =>
        Assert.Contains("'tags'", Assert.Throws<InvalidOperationException>(() => Registry(Local("a", "tags"), Local("b", "tags"))).Message, StringComparison.Ordinal);

    [Fact]
    public void Other_contradictions_stop_the_start()
    {
        Assert.Throws<InvalidOperationException>(() => Registry(App("a", "x"), App("b", "y") with { Aliases = ["a"] }));
        Assert.Throws<InvalidOperationException>(() => Registry(App("a", "x", "x")));
        Assert.Throws<InvalidOperationException>(() => Registry(App("a")));
        Assert.Throws<InvalidOperationException>(() => Registry(App("Big", "x")));
        Assert.Throws<InvalidOperationException>(() => Registry(App("a", "with space")));
    }

    [Fact]
    public void Scenario_REG_04_older_names_lead_to_the_same_app()
    {
        var registry = world.Host.Services.GetRequiredService<IAppRegistry>();
        foreach (var (old, now) in ((string, string)[])[("manadeck", "cards"), ("nutriphi", "food"), ("zitare", "quotes"), ("taktik", "times"), ("clock", "times"), ("mukke", "music"), ("planta", "plants"), ("inventar", "inventory"), ("manacore", "mana")])
            Assert.Same(registry.Find(now)!, registry.Find(old));
        Assert.Null(registry.Find("Todo"));
        Assert.Null(registry.Find("unheard-of"));
    }

    [Theory]
    [InlineData("registry")]
    [InlineData("apps")]
    public async Task Scenario_REG_05_the_registry_is_told(string path)
    {
        var answer = (await (await world.PersonAsync()).GetAsync(path)).Ok();
        Assert.Equal(answer["apps"].GetArrayLength(), answer["count"].GetInt32());
        var quotes = answer["apps"].EnumerateArray().Single(app => app.GetProperty("appId").GetString() == "quotes");
        Assert.True(quotes.GetProperty("syncOnly").GetBoolean());
        var events = answer["apps"].EnumerateArray().Single(app => app.GetProperty("appId").GetString() == "calendar").GetProperty("collections")[1];
        Assert.Equal(["title", "description", "location"], events.GetProperty("encryptedFields").EnumerateArray().Select(one => one.GetString()));
        (await world.Anybody().GetAsync(path)).Refused(401);
    }

    [Fact]
    public async Task Scenario_REG_06_an_app_that_computes_nothing_has_no_paths()
    {
        var answer = (await (await world.PersonAsync()).PostAsync("quotes/compute/x")).Refused(404, "NOT_FOUND", "Not found");
        Assert.Equal(404, answer["status"].GetInt32());
    }

    [Fact]
    public void Sync_asks_the_registry()
    {
        var catalogue = world.Host.Services.GetRequiredService<IAppCatalogue>();
        Assert.True(catalogue.Allows("todo", "tasks"));
        Assert.True(catalogue.Allows("todo", "labels"));
        Assert.False(catalogue.Allows("todo", "chores"));
        Assert.True(catalogue.Allows("somebody-elses", "chores"));
        Assert.Equal(("cards", "other"), (catalogue.LabelOf("manadeck"), catalogue.LabelOf("evil-label")));
    }

    static AppRegistry Registry(params AppDef[] apps) => new(apps);

    static AppDef App(string id, params string[] collections) => new(id, [], true, null, [.. collections.Select(name => new CollectionDef(name, null, [], false, null))], []);

    static AppDef Local(string id, string local) => new(id, [], true, null, [new CollectionDef("x", local, [], false, null)], []);
}
