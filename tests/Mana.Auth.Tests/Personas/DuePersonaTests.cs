using Mana.Auth.Data;
using Mana.Auth.Personas;
using Mana.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Auth.Tests.Personas;

/// <summary>Whose turn it is (auth.md 17.4). A Friday, noon.</summary>
public sealed class DuePersonaTests(ModuleWorld world) : IClassFixture<ModuleWorld>
{
    [Fact]
    public async Task Personas_are_due_by_their_cadence_and_who_never_acted_comes_first()
    {
        var admin = await world.AdminAsync();
        var ids = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, cadence, hours) in ((string, string, double?)[])
                 [
                     ("daily-late", "daily", 24), ("daily-early", "daily", 23.9), ("hourly-late", "hourly", 1), ("hourly-early", "hourly", 0.9), ("weekdays-late", "weekdays", 30),
                     ("never", "daily", null), ("deleted", "daily", null),
                 ])
        {
            var id = (await world.PostAsync("/api/v1/admin/personas", admin, PersonaTests.Descriptor(AuthApi.NewEmail()) with { TickCadence = cadence })).IsOk()["userId"]!;
            ids[id] = name;
            if (hours is { } ago)
                await world.ScalarAsync("UPDATE auth.personas SET last_active_at = $2 WHERE user_id = $1", id, world.Clock.GetUtcNow().AddHours(-ago));
            if (name == "deleted")
                await world.ScalarAsync("UPDATE auth.users SET deleted_at = now() WHERE id = $1", id);
        }

        var answer = (await world.ServiceAsync(HttpMethod.Get, "/api/v1/internal/personas/due")).IsOk();
        Assert.Equal("2026-11-20T12:00:00.000Z", answer["serverTime"]);
        var due = answer.Body.GetProperty("personas").EnumerateArray().ToList();
        Assert.Equal(["never", "weekdays-late", "daily-late", "hourly-late"], due.Select(persona => ids[persona.GetProperty("userId").GetString()!]));
        Assert.Equal(("student", 0.5), (due[0].GetProperty("archetype").GetString(), due[0].GetProperty("moduleMix").GetProperty("todo").GetDouble()));

        // Saturday: those of the weekdays rest.
        await using var scope = world.Host.Services.CreateAsyncScope();
        var saturday = new PersonaList(scope.ServiceProvider.GetRequiredService<AuthDbContext>(), new FakeClock(world.Clock.GetUtcNow().AddDays(1)));
        Assert.DoesNotContain("weekdays-late", (await saturday.DueAsync(default)).Personas.Select(persona => ids[persona.UserId]));
    }
}
