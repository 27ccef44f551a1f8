using Mana.Apps.Calendar.CalDav;
using Mana.Apps.Calendar.External;
using Mana.Apps.Calendar.Feeds;
using Mana.Apps.Calendar.Google;
using Mana.Apps.Calendar.Google.Mirror;
using Mana.Apps.Calendar.Shares;
using Microsoft.EntityFrameworkCore;

namespace Mana.Apps.Calendar;

/// <summary>Tables of the calendar in schema <c>apps</c>.</summary>
internal static class CalendarModel
{
    public static void Map(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<CalendarFeed>(feed =>
        {
            feed.ToTable("calendar_feeds");
            feed.HasKey(row => row.Id).HasName("calendar_feeds_key");
            feed.Property(row => row.Id).ValueGeneratedNever();
            feed.HasIndex(row => row.TokenHash).IsUnique().HasDatabaseName("calendar_feeds_token");
            feed.HasIndex(row => new { row.UserId, row.CalendarId }).IsUnique().HasDatabaseName("calendar_feeds_of");
        });
        modelBuilder.Entity<CalendarShare>(share =>
        {
            share.ToTable("calendar_shares", table => table.HasCheckConstraint("calendar_shares_status", "status IN ('pending', 'accepted', 'declined')"));
            share.HasKey(row => row.Id).HasName("calendar_shares_key");
            share.Property(row => row.Id).ValueGeneratedNever();
            share.HasIndex(row => new { row.OwnerId, row.CalendarId, row.Email }).IsUnique().HasDatabaseName("calendar_shares_of");
            share.HasIndex(row => row.Email).HasDatabaseName("calendar_shares_email");
            share.HasIndex(row => row.InviteeId).HasDatabaseName("calendar_shares_invitee");
        });
        MapGoogle(modelBuilder);
        MapExternal(modelBuilder);
    }

    static void MapGoogle(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<GoogleAccount>(account =>
        {
            account.ToTable("google_accounts", table => table.HasCheckConstraint("google_accounts_state", "state IN ('connected', 'reauth_required')"));
            account.HasKey(row => row.Id).HasName("google_accounts_key");
            account.Property(row => row.Id).ValueGeneratedNever();
            account.HasIndex(row => new { row.UserId, row.Email }).IsUnique().HasDatabaseName("google_accounts_of");
        });
        modelBuilder.Entity<GoogleConsent>(consent =>
        {
            consent.ToTable("google_consents");
            consent.HasKey(row => row.StateHash).HasName("google_consents_key");
            consent.HasIndex(row => row.ExpiresAt).HasDatabaseName("google_consents_due");
        });
    }

    static void MapExternal(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<ExternalCalendar>(external =>
        {
            external.ToTable("external_calendars", table =>
            {
                table.HasCheckConstraint("external_calendars_provider", "(provider = 'google' AND account_id IS NOT NULL AND remote_id IS NOT NULL) OR (provider = 'ical_url' AND url IS NOT NULL) OR (provider IN ('caldav', 'apple') AND dav_account_id IS NOT NULL AND url IS NOT NULL)");
                table.HasCheckConstraint("external_calendars_direction", "direction = 'import' OR (provider = 'google' AND direction IN ('export', 'both'))");
                table.HasCheckConstraint("external_calendars_interval", "interval_minutes BETWEEN 5 AND 1440");
            });
            external.HasKey(row => row.Id).HasName("external_calendars_key");
            external.Property(row => row.Id).ValueGeneratedNever();
            external.Property(row => row.Direction).HasDefaultValue(MirrorDirection.Import);
            external.HasIndex(row => row.UserId).HasDatabaseName("external_calendars_of");
            external.HasIndex(row => row.NextRunAt).HasFilter("enabled").HasDatabaseName("external_calendars_due");
            external.HasOne<GoogleAccount>().WithMany().HasForeignKey(row => row.AccountId).HasConstraintName("external_calendars_account").OnDelete(DeleteBehavior.Cascade);
            external.HasIndex(row => row.AccountId).HasDatabaseName("external_calendars_by_account");
            external.HasOne(row => row.DavAccount).WithMany().HasForeignKey(row => row.DavAccountId).HasConstraintName("external_calendars_dav_account").OnDelete(DeleteBehavior.Cascade);
            external.HasIndex(row => row.DavAccountId).HasDatabaseName("external_calendars_by_dav_account");
        });
        DavAccount.Map(modelBuilder);
        DavObject.Map(modelBuilder);
        EventLink.Map(modelBuilder);
        modelBuilder.Entity<ExternalRun>(run =>
        {
            run.ToTable("external_runs");
            run.HasKey(row => row.Id).HasName("external_runs_key");
            run.Property(row => row.Id).ValueGeneratedNever();
            run.HasOne<ExternalCalendar>().WithMany().HasForeignKey(row => row.ExternalId).HasConstraintName("external_runs_calendar").OnDelete(DeleteBehavior.Cascade);
            run.HasIndex(row => new { row.ExternalId, row.StartedAt }).HasDatabaseName("external_runs_of");
        });
    }
}
