using System.Globalization;
using System.Text.Json;
using Mana.Apps.Data;
using Mana.Apps.Reminders.Api;
using Mana.Apps.Reminders.Data;
using Mana.Apps.Reminders.Delivery;
using Mana.Apps.Reminders.Rules;
using Mana.Kernel.Identity;
using Mana.Kernel.Outbox;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;

namespace Mana.Apps.Reminders.Preferences;

/// <summary>GET and PUT of <c>/notifications/preferences</c>, in the shape of the former notify service (compute.md 4.2).</summary>
internal static class PreferenceHandlers
{
    const int MostCategories = 200;

    public static async Task<IResult> ReadAsync(CurrentUser user, AppsDbContext database, CancellationToken cancellationToken) =>
        Results.Json(Body(await FindAsync(database, user.UserId, cancellationToken) ?? New(user.UserId)));

    /// <summary>What is not given stays as it was.</summary>
    public static async Task<IResult> WriteAsync(HttpContext context, CurrentUser user, AppsDbContext database, EventWriter events, TimeProvider time, CancellationToken cancellationToken)
    {
        var fields = await ReminderFields.ReadAsync(context);
        var stored = await FindAsync(database, user.UserId, cancellationToken);
        var row = stored ?? New(user.UserId);
        var before = (row.Timezone, row.DefaultAllDayTime);
        row.EmailEnabled = fields.Flag("emailEnabled") ?? row.EmailEnabled;
        row.PushEnabled = fields.Flag("pushEnabled") ?? row.PushEnabled;
        row.WebhookEnabled = fields.Flag("webhookEnabled") ?? row.WebhookEnabled;
        row.QuietHoursEnabled = fields.Flag("quietHoursEnabled") ?? row.QuietHoursEnabled;
        row.QuietHoursStart = fields.Time("quietHoursStart") ?? row.QuietHoursStart;
        row.QuietHoursEnd = fields.Time("quietHoursEnd") ?? row.QuietHoursEnd;
        row.Timezone = fields.Zone("timezone") ?? row.Timezone;
        row.DefaultAllDayTime = fields.Time("defaultAllDayTime") ?? row.DefaultAllDayTime;
        row.CategoryPreferences = fields.Flags("categoryPreferences", MostCategories) ?? row.CategoryPreferences;
        if (fields.Text("locale", 16) is { } locale)
            row.Locale = ReminderText.Speaks(locale.Split('-', '_')[0]) ? locale : Refuse(fields, row.Locale);
        if (row is { QuietHoursEnabled: true, QuietHoursStart: null } or { QuietHoursEnabled: true, QuietHoursEnd: null })
            fields.Fail("quietHoursStart", "and quietHoursEnd are required");
        if (fields.Problem is { } problem)
            return problem;
        row.UpdatedAt = time.GetUtcNow();
        var reschedules = before != (row.Timezone, row.DefaultAllDayTime);
        try
        {
            await StoreAsync(database, row, isNew: stored is null, reschedules, events, cancellationToken);
        }
        catch (DbUpdateException) when (stored is null)
        {
            // Two devices chose for the first time at once.
            database.ChangeTracker.Clear();
            await StoreAsync(database, row, isNew: false, reschedules, events, cancellationToken);
        }

        return Results.Json(Body(row));
    }

    /// <summary>With the choice, that everything which is reckoned by it has to move.</summary>
    static async Task StoreAsync(AppsDbContext database, ReminderPreferences row, bool isNew, bool reschedules, EventWriter events, CancellationToken cancellationToken)
    {
        if (isNew)
            database.Add(row);
        else
            database.Update(row);
        if (reschedules)
            events.Add(database, new ScheduleOutdated(row.UserId, null));
        await database.SaveChangesAsync(cancellationToken);
    }

    static string Refuse(ReminderFields fields, string otherwise)
    {
        fields.Fail("locale", "must be de, en, fr, it or es");
        return otherwise;
    }

    static Task<ReminderPreferences?> FindAsync(AppsDbContext database, string userId, CancellationToken cancellationToken) =>
        database.Set<ReminderPreferences>().SingleOrDefaultAsync(row => row.UserId == userId, cancellationToken);

    /// <summary>As the original shows it to somebody who has chosen nothing; see <see cref="PersonalSettings"/> for what counts until then.</summary>
    static ReminderPreferences New(string userId) => new()
    {
        UserId = userId, EmailEnabled = false, PushEnabled = true, WebhookEnabled = true, Timezone = PersonalSettings.DefaultZone, Locale = PersonalSettings.DefaultLocale,
        DefaultAllDayTime = new TimeOnly(9, 0), CategoryPreferences = "{}",
    };

    static object Body(ReminderPreferences row) => new
    {
        emailEnabled = row.EmailEnabled, pushEnabled = row.PushEnabled, webhookEnabled = row.WebhookEnabled, quietHoursEnabled = row.QuietHoursEnabled, quietHoursStart = Hours(row.QuietHoursStart),
        quietHoursEnd = Hours(row.QuietHoursEnd), timezone = row.Timezone, categoryPreferences = JsonSerializer.Deserialize<JsonElement>(row.CategoryPreferences), locale = row.Locale,
        defaultAllDayTime = Hours(row.DefaultAllDayTime),
    };

    static string? Hours(TimeOnly? time) => time?.ToString("HH:mm", CultureInfo.InvariantCulture);
}
