using System.Net.Http.Headers;
using System.Text.Json;
using Mana.Testing;
using Mana.Users.Contracts;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Users.Tests.Settings;

/// <summary>commerce.md 17, scenarios 113–120.</summary>
[Collection(nameof(UsersCollection))]
public sealed class SettingsScenarios(UsersFixture fixture)
{
    [Fact]
    public async Task Scenario_113_the_first_look_shows_the_defaults()
    {
        var person = await fixture.PersonAsync();
        var first = (await person.GetAsync("settings")).Ok();
        Assert.Equal("""{"success":true,"globalSettings":{"nav":{"desktopPosition":"top","sidebarCollapsed":false},"theme":{"mode":"system","colorScheme":"ocean"},"locale":"de"},"appOverrides":{},"deviceSettings":{}}""", first.Text);
        Assert.Equal(first.Text, (await person.GetAsync("settings/")).Ok().Text);
        Assert.All(await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => person.GetAsync("settings"))), answer => answer.Ok());
    }

    [Fact]
    public async Task Scenario_114_a_patch_leaves_its_neighbours()
    {
        var person = await fixture.PersonAsync();
        var changed = (await person.PatchAsync("settings/global", new { theme = new { mode = "dark" } })).Ok();
        Assert.Equal((true, "dark", "ocean"), (changed.Flag("success"), changed.Said("globalSettings", "theme", "mode"), changed.Said("globalSettings", "theme", "colorScheme")));
        Assert.Equal(changed.Text, (await person.GetAsync("settings")).Ok().Text);
    }

    [Fact]
    public async Task Scenario_115_what_is_whole_can_be_emptied()
    {
        var person = await fixture.PersonAsync();
        await person.PatchAsync("settings/global", new { nav = new { hiddenNavItems = new { a = new[] { "/x" } } } });
        var emptied = (await person.PatchAsync("settings/global", """{"nav":{"hiddenNavItems":{}}}""")).Ok();
        Assert.Equal("{}", emptied.At("globalSettings", "nav", "hiddenNavItems").GetRawText());

        await person.PatchAsync("settings/global", """{"wallpaper":{"source":{"type":"upload","mediaId":"m","url":"/u"},"overlay":{"blur":3}}}""");
        var other = (await person.PatchAsync("settings/global", """{"wallpaper":{"source":{"type":"predefined","id":"hills"}}}""")).Ok();
        Assert.Equal("""{"source":{"id":"hills","type":"predefined"}}""", (await person.GetAsync("settings")).At("globalSettings", "wallpaper").GetRawText());
        Assert.DoesNotContain("url", other.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Scenario_116_null_deletes_unknown_keys_stay_and_known_ones_are_checked()
    {
        var person = await fixture.PersonAsync();
        await person.PatchAsync("settings/global", """{"locale":"en","general":{"startPages":{"todo":"/a","chat":"/b"}},"fromTheFuture":{"deep":[1,{"x":null}]}}""");
        var cleared = (await person.PatchAsync("settings/global", """{"locale":null,"general":{"startPages":{"todo":null}}}""")).Ok();
        Assert.Equal("de", cleared.Said("globalSettings", "locale"));
        Assert.Equal("""{"chat":"/b"}""", cleared.At("globalSettings", "general", "startPages").GetRawText());
        Assert.Equal("""{"deep":[1,{"x":null}]}""", cleared.At("globalSettings", "fromTheFuture").GetRawText());

        foreach (var wrong in (string[])
                 [
                     """{"theme":{"mode":"pink"}}""", """{"theme":"dark"}""", """{"theme":{"colorScheme":"mud"}}""", """{"nav":{"desktopPosition":"left"}}""", """{"nav":{"sidebarCollapsed":"no"}}""",
                     """{"nav":{"hiddenNavItems":{"a":"x"}}}""", """{"locale":"german!"}""", """{"general":{"weekStartsOn":"friday"}}""", """{"recentEmojis":"😀"}""",
                     """{"wallpaper":{"source":{"type":"video"}}}""", """{"wallpaper":{"overlay":{"blur":21}}}""", """{"wallpaper":{"overlay":{"opacity":0.7}}}""",
                     """{"x":{"__proto__":{"admin":true}}}""", """{"constructor":1}""", """{"list":[{"prototype":1}]}""", $$"""{"{{new string('k', 101)}}":1}""",
                 ])
            (await person.PatchAsync("settings/global", wrong)).Refused(400, "validation_failed");
        foreach (var notAnObject in (string[])["[]", "\"text\"", "7", "null", "{", "{\"a\":1,\"a\":2}"])
            (await person.PatchAsync("settings/global", notAnObject)).Refused(400, "validation_failed");
        Assert.Equal(cleared.Text, (await person.GetAsync("settings")).Text);
        Assert.Equal(16, (await person.PatchAsync("settings/global", new { recentEmojis = Enumerable.Range(0, 40).Select(i => $"e{i}") })).Ok().At("globalSettings", "recentEmojis").GetArrayLength());
    }

    [Fact]
    public async Task Scenario_116_a_document_has_an_end()
    {
        var person = await fixture.PersonAsync();
        (await person.PatchAsync("settings/global", new { a = new string('x', 40_000) })).Ok();
        (await person.PatchAsync("settings/global", new { a = new string('x', 65 * 1024) })).Refused(413, "payload_too_large");
        (await person.PatchAsync("settings/global", new { b = new string('x', 30_000) })).Refused(413, "payload_too_large");
        (await person.PatchAsync("settings/device/d/app", new { settings = new { big = new string('x', 65 * 1024) } })).Refused(413);
        (await person.PatchAsync("settings/global", new { a = new string('x', 300 * 1024) })).Refused(413);
        Assert.Equal(40_000, (await person.GetAsync("settings")).Said("globalSettings", "a")!.Length);
    }

    [Fact]
    public async Task Scenario_117_an_app_may_differ()
    {
        var person = await fixture.PersonAsync();
        await person.PatchAsync("settings/app/todo", new { theme = new { mode = "dark" }, nav = new { sidebarCollapsed = true } });
        var merged = (await person.PatchAsync("settings/app/todo", new { theme = new { colorScheme = "rose" } })).Ok();
        Assert.Equal(("dark", "rose"), (merged.Said("appOverrides", "todo", "theme", "mode"), merged.Said("appOverrides", "todo", "theme", "colorScheme")));
        Assert.Equal("system", merged.Said("globalSettings", "theme", "mode"));
        Assert.Equal("{}", (await person.DeleteAsync("settings/app/todo")).Ok()["appOverrides"].GetRawText());
        (await person.DeleteAsync("settings/app/todo")).Ok();
        await person.PatchAsync("settings/app/chat", new { nav = new { sidebarCollapsed = true } });
        Assert.Equal("{}", (await person.PatchAsync("settings/app/chat", """{"nav":null}""")).Ok()["appOverrides"].GetRawText());
        (await person.PatchAsync("settings/app/no%20id", new { })).Refused(400);
        (await person.PatchAsync("settings/app/__proto__", new { theme = new { mode = "dark" } })).Refused(400);
        for (var app = 0; app < 100; app++)
            (await person.PatchAsync($"settings/app/a{app}", new { x = 1 })).Ok();
        (await person.PatchAsync("settings/app/one-more", new { x = 1 })).Refused(400);
    }

    [Fact]
    public async Task Scenario_118_and_Auth_Scenario_69_devices_come_are_seen_and_are_forgotten()
    {
        var person = await fixture.PersonAsync();
        (await person.PatchAsync("settings/device/dev_1/todo", new { settings = new { a = 1, b = 2 } })).Ok();
        var named = (await person.PatchAsync("settings/device/dev_1/todo", """{"deviceName":"Phone","deviceType":"mobile","settings":{"b":null,"c":{"d":1}}}""")).Ok();
        Assert.Equal("""{"a":1,"c":{"d":1}}""", named.At("deviceSettings", "dev_1", "apps", "todo").GetRawText());
        Assert.Equal("""{"success":true,"settings":{"a":1,"c":{"d":1}}}""", (await person.GetAsync("settings/device/dev_1/todo")).Ok().Text);
        Assert.Equal("""{"success":true,"settings":{}}""", (await person.GetAsync("settings/device/none/todo")).Ok().Text);
        Assert.Equal("2026-01-", named.Said("deviceSettings", "dev_1", "lastSeen")![..8]);
        (await person.PatchAsync("settings/device/dev_1/todo", new { deviceType = "fridge" })).Refused(400);
        (await person.PatchAsync("settings/device/dev_1/todo", new { settings = "x" })).Refused(400);

        for (var device = 2; device <= 51; device++)
        {
            fixture.Clock.Advance(TimeSpan.FromSeconds(1));
            (await person.PatchAsync($"settings/device/dev_{device}/chat", new { settings = new { } })).Ok();
        }

        var devices = (await person.GetAsync("settings/devices")).Ok()["devices"].EnumerateArray().ToList();
        Assert.Equal(50, devices.Count);
        Assert.Equal("""{"deviceId":"dev_51","deviceName":"Unknown","deviceType":"desktop"}""", JsonSerializer.Serialize(new
        {
            deviceId = devices[0].GetProperty("deviceId"), deviceName = devices[0].GetProperty("deviceName"), deviceType = devices[0].GetProperty("deviceType"),
        }));
        Assert.Equal((1, "dev_2"), (devices[^1].GetProperty("appCount").GetInt32(), devices[^1].GetProperty("deviceId").GetString()));
        (await person.DeleteAsync("settings/device/dev_51/chat")).Ok();
        Assert.Equal(0, (await person.GetAsync("settings/devices"))["devices"][0].GetProperty("appCount").GetInt32());
        (await person.DeleteAsync("settings/device/dev_51")).Ok();
        (await person.DeleteAsync("settings/device/dev_51")).Ok();
        Assert.Equal(49, (await person.GetAsync("settings/devices"))["devices"].GetArrayLength());
    }

    [Fact]
    public async Task Scenario_119_and_Auth_Scenario_68_changes_at_the_same_time_are_all_kept()
    {
        var person = await fixture.PersonAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => person.PatchAsync("settings/global", $$"""{"k{{i}}":{{i}}}""")));
        Assert.All(answers, answer => answer.Ok());
        var stored = (await person.GetAsync("settings"))["globalSettings"];
        Assert.All(Enumerable.Range(0, 20), i => Assert.Equal(i, stored.GetProperty($"k{i}").GetInt32()));
    }

    [Fact]
    public async Task Scenario_120_the_older_clients_get_their_row_and_nobody_elses()
    {
        var (person, other) = (await fixture.PersonAsync(), await fixture.PersonAsync());
        await person.PatchAsync("settings/global", new { theme = new { mode = "dark", pinnedThemes = new[] { "rose" } }, mine = "secret" });
        var row = (await person.PutAsync("settings/global", new { theme = new { mode = "light" }, userId = other.UserId })).Ok();
        Assert.Equal((person.UserId, "light"), (row.Said("userId"), row.Said("globalSettings", "theme", "mode")));
        Assert.False(row.At("globalSettings", "theme").TryGetProperty("pinnedThemes", out _));
        Assert.EndsWith("Z", row.Said("createdAt"), StringComparison.Ordinal);
        Assert.EndsWith("Z", row.Said("updatedAt"), StringComparison.Ordinal);
        Assert.Equal("dark", (await person.PutAsync("settings/app/todo", new { theme = new { mode = "dark" } })).Ok().Said("appOverrides", "todo", "theme", "mode"));
        var device = (await person.PutAsync("settings/device/d1", """{"deviceName":"Mac","apps":{"todo":{"a":1}},"lastSeen":"1999"}""")).Ok();
        Assert.Equal(("Mac", 1), (device.Said("deviceSettings", "d1", "deviceName"), device.Number("deviceSettings", "d1", "apps", "todo", "a")));
        Assert.StartsWith("2026-", device.Said("deviceSettings", "d1", "lastSeen"), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", (await other.GetAsync("settings")).Ok().Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_says_what_they_have_seen_overwrites_nothing_else()
    {
        var person = await fixture.PersonAsync();
        var seen = (await person.PatchAsync("settings/global", new { a = 1 })).Message.Headers.ETag!;
        Assert.Equal(seen, (await person.GetAsync("settings")).Message.Headers.ETag);
        Task<ApiAnswer> PatchAsync(object body) => person.SendAsync(HttpMethod.Patch, "settings/global", body, request => request.Headers.IfMatch.Add(seen));
        var next = (await PatchAsync(new { a = 2 })).Ok().Message.Headers.ETag!;
        (await PatchAsync(new { a = 3 })).Refused(412, "precondition_failed");
        Assert.Equal(2, (await person.GetAsync("settings")).Number("globalSettings", "a"));
        (await person.SendAsync(HttpMethod.Delete, "settings/app/x", null, request => request.Headers.IfMatch.Add(next))).Ok();
        (await person.SendAsync(HttpMethod.Patch, "settings/global", new { a = 4 }, request => request.Headers.IfMatch.Add(EntityTagHeaderValue.Any))).Ok();
    }

    [Fact]
    public async Task No_body_of_a_device_brings_names_that_are_none()
    {
        var person = await fixture.PersonAsync();
        foreach (var wrong in (string[])["""{"__proto__":{}}""", """{"other":{"constructor":1}}""", $$"""{"{{new string('k', 101)}}":1}"""])
            (await person.PutAsync("settings/device/d1", wrong)).Refused(400, "validation_failed");
        Assert.Equal("[]", (await person.GetAsync("settings/devices")).Ok()["devices"].GetRawText());
    }

    [Fact]
    public async Task Refusals_stay_short_and_numbers_are_not_written_out_for_ever()
    {
        var person = await fixture.PersonAsync();
        var refused = (await person.PatchAsync("settings/global", "{\"" + new string('k', 50_000) + "\":1," + string.Join(',', Enumerable.Range(0, 500).Select(i => $$"""  "k{{i}}":{"prototype":1}""")) + "}"));
        refused.Refused(400, "validation_failed");
        Assert.True(refused.Text.Length < 5_000, $"{refused.Text.Length} characters");
        (await person.PatchAsync("settings/global", """{"a":[1e300]}""")).Refused(400);
        (await person.PatchAsync("settings/global", """{"a":1e-300}""")).Refused(400);
        (await person.PatchAsync("settings/global", """{"a":[1e21,2.5e-17]}""")).Ok();
        (await person.PatchAsync("settings/global", """{"locale":"de\n"}""")).Refused(400);
        (await person.PatchAsync("settings/app/todo%0A", new { })).Refused(400);
        (await person.PostAsync("tags", new { name = "a", color = "#123456\n" })).Refused(400);
    }

    [Fact]
    public async Task Nobody_has_settings_without_a_token()
    {
        var anybody = new ApiCaller(fixture.Host.CreateClient());
        (await anybody.GetAsync("settings")).Refused(401, message: "Missing or invalid Authorization header");
        (await anybody.PatchAsync("settings/global", new { })).Refused(401);
    }

    [Fact]
    public async Task Other_modules_read_what_clients_see()
    {
        var settings = fixture.Host.Services.GetRequiredService<IUserSettings>();
        var person = await fixture.PersonAsync();
        Assert.Equal("de", await settings.GetLocaleAsync(person.UserId, default));
        await person.PatchAsync("settings/global", new { locale = "fr" });
        Assert.Equal("fr", await settings.GetLocaleAsync(person.UserId, default));
        Assert.Contains("\"locale\":\"fr\"", (await settings.GetAsync(person.UserId, default)).GlobalSettings, StringComparison.Ordinal);
    }
}
