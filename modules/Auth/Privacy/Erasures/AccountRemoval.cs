using Mana.Auth.Contracts;
using Mana.Auth.Data;
using Mana.Auth.Mails;
using Mana.Auth.SecurityEvents;
using Mana.Auth.Spaces;
using Mana.Kernel.Outbox;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Mana.Auth.Privacy.Erasures;

/// <summary>
/// The end of an account: everything of this module, the farewell and <see cref="UserErased"/> in one transaction, so the mail is owed exactly
/// when its address goes. What of the security log is kept is a pseudonym, kinds of events and instants; the chain still holds.
/// </summary>
internal sealed class AccountRemoval(
    AuthDbContext database, IEnumerable<PersonalTable> tables, SecurityChain chain, AccountMails mails, SpaceSlugs slugs, EventWriter events, TimeProvider time)
{
    const int Batch = 500;

    const string Redact = """
        UPDATE auth.security_events e SET user_id = NULL, ip_address = NULL, user_agent = NULL, request_id = NULL, metadata = '{}', content_digest = u.digest
        FROM unnest($1::uuid[], $2::bytea[]) AS u (id, digest) WHERE e.id = u.id
        """;

    /// <summary>Safe to repeat: then it takes away what came late, and writes to nobody.</summary>
    public async Task RemoveAsync(string userId, CancellationToken cancellationToken)
    {
        database.ChangeTracker.Clear();
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        var user = (await database.Users.FromSql($"SELECT * FROM auth.users WHERE id = {userId} FOR UPDATE").AsNoTracking().ToListAsync(cancellationToken)).SingleOrDefault();
        await database.Database.ExecuteSqlAsync($"SELECT set_config('app.current_user_id', {userId}, true)", cancellationToken);
        var connection = (NpgsqlConnection)database.Database.GetDbConnection();
        if (user is not null)
            await AnnounceAsync(user, cancellationToken);
        foreach (var table in tables.Where(table => !table.Kept && !(table.ByAddress && user is null)))
            await RunAsync(connection, table.EraseSql, cancellationToken, userId, user?.NormalizedEmail ?? "");
        await RedactAsync(connection, userId, cancellationToken);
        await RunAsync(connection, "DELETE FROM auth.users WHERE id = $1", cancellationToken, userId);
        await database.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    async Task AnnounceAsync(User user, CancellationToken cancellationToken)
    {
        foreach (var space in await database.Organizations.AsNoTracking().Where(space => space.OwnerUserId == user.Id).ToListAsync(cancellationToken))
        {
            await slugs.RetireAsync(space.Slug, time.GetUtcNow(), cancellationToken);
            events.Add(database, new SpaceDeleted(space.Id, [user.Id]));
        }

        events.Add(database, new UserErased(user.Id, time.GetUtcNow()));
        var locale = await database.Set<Erasure>().Where(row => row.UserId == user.Id).Select(row => row.Locale).SingleOrDefaultAsync(cancellationToken);
        // A persona or a machine has no mailbox.
        if (user.Kind == UserKind.Human)
            mails.AddFarewell(user, locale ?? "de");
    }

    async Task RedactAsync(NpgsqlConnection connection, string userId, CancellationToken cancellationToken)
    {
        var subject = chain.SubjectOf(userId);
        while (true)
        {
            var entries = await database.SecurityEvents.AsNoTracking().Where(entry => entry.UserId == userId || (entry.Subject == subject && entry.ContentDigest == null))
                .Take(Batch).ToListAsync(cancellationToken);
            if (entries.Count == 0)
                return;
            await RunAsync(connection, Redact, cancellationToken, entries.Select(entry => entry.Id).ToArray(), entries.Select(entry => entry.ContentDigest ?? chain.ContentOf(entry)).ToArray());
        }
    }

    static async Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params object[] values)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
