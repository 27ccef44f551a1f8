using Mana.Apps.Calendar.External;
using Microsoft.EntityFrameworkCore;

namespace Mana.Apps.Calendar.CalDav;

/// <summary>A name and password at a CalDAV server. The id follows from person, server and name; the password is sealed with it.</summary>
internal sealed class DavAccount
{
    public const string Connected = "connected";

    /// <summary>The server refused the password: nothing is asked until the person gives one again.</summary>
    public const string ReauthRequired = "reauth_required";

    public required Guid Id { get; init; }

    public required string UserId { get; init; }

    /// <summary>Scheme, host and port that the password was given for.</summary>
    public required string Server { get; init; }

    public required string Username { get; init; }

    public required byte[] Password { get; set; }

    public required string State { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; set; }

    public static void Map(ModelBuilder modelBuilder) => modelBuilder.Entity<DavAccount>(account =>
    {
        account.ToTable("caldav_accounts", table => table.HasCheckConstraint("caldav_accounts_state", "state IN ('connected', 'reauth_required')"));
        account.HasKey(row => row.Id).HasName("caldav_accounts_key");
        account.Property(row => row.Id).ValueGeneratedNever();
        account.HasIndex(row => row.UserId).HasDatabaseName("caldav_accounts_of");
    });
}

/// <summary>A calendar object resource (RFC 4791, 4.1) as it was when its events were written: one event with all its instances.</summary>
internal sealed class DavObject
{
    public required Guid ExternalId { get; init; }

    /// <summary>Its path, in the one spelling that <see cref="DavAddress.KeyOf"/> gives.</summary>
    public required string Href { get; init; }

    public string? ETag { get; set; }

    /// <summary>Null: it holds no event, or none that can be read.</summary>
    public string? Uid { get; set; }

    public static void Map(ModelBuilder modelBuilder) => modelBuilder.Entity<DavObject>(one =>
    {
        one.ToTable("caldav_objects");
        one.HasKey(row => new { row.ExternalId, row.Href }).HasName("caldav_objects_key");
        one.HasOne<ExternalCalendar>().WithMany().HasForeignKey(row => row.ExternalId).HasConstraintName("caldav_objects_calendar").OnDelete(DeleteBehavior.Cascade);
    });
}
