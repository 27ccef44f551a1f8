using System.Text.Json;
using Mana.Apps.Data;
using Mana.Apps.Reminders.Data;
using Mana.Apps.Reminders.Sources;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using NodaTime;

namespace Mana.Apps.Reminders.Preferences;

/// <summary>What people have chosen, as the scheduler needs it.</summary>
internal sealed class PreferenceStore(IServiceScopeFactory scopes)
{
    public async Task<PersonalSettings> OfAsync(string userId, CancellationToken cancellationToken) => (await OfAsync([userId], cancellationToken))(userId);

    /// <summary>A look-up that knows everybody: whoever has chosen nothing has the defaults.</summary>
    public async Task<Func<string, PersonalSettings>> OfAsync(IReadOnlyCollection<string> userIds, CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        var asked = userIds.Distinct(StringComparer.Ordinal).ToArray();
        var stored = await scope.ServiceProvider.GetRequiredService<AppsDbContext>().Set<ReminderPreferences>().AsNoTracking()
            .Where(row => asked.Contains(row.UserId)).ToListAsync(cancellationToken);
        var settings = stored.ToDictionary(row => row.UserId, Read, StringComparer.Ordinal);
        return userId => settings.GetValueOrDefault(userId, PersonalSettings.Default);
    }

    static PersonalSettings Read(ReminderPreferences row) => new(
        row.EmailEnabled, row.PushEnabled, row.WebhookEnabled,
        row is { QuietHoursEnabled: true, QuietHoursStart: { } start, QuietHoursEnd: { } end } ? new QuietHours(LocalTime.FromTimeOnly(start), LocalTime.FromTimeOnly(end)) : null,
        Zones.Find(row.Timezone) ?? PersonalSettings.Default.Zone, row.Locale, LocalTime.FromTimeOnly(row.DefaultAllDayTime), Muted(row.CategoryPreferences));

    static HashSet<string> Muted(string categories)
    {
        using var json = JsonDocument.Parse(categories);
        return [.. json.RootElement.EnumerateObject().Where(category => category.Value.ValueKind == JsonValueKind.False).Select(category => category.Name)];
    }
}
