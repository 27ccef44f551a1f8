using Mana.Analytics.Contracts;
using Mana.Auth.Contracts;
using Mana.Kernel.Database;
using Npgsql;

namespace Mana.Analytics.Pseudonyms;

/// <summary>Who somebody is on the board. A name is made once and kept: neither another list nor another secret renames anybody.</summary>
internal sealed class Profiles(NpgsqlDataSource database, IErasedUsers erased, FeedbackOptions options, TimeProvider time) : IFeedbackProfiles, IFeedbackPreferences
{
    public Task<PublicProfile?> GetAsync(string userId, CancellationToken cancellationToken) => database.Sql(
        "SELECT display_hash, display_name, karma, show_real_name FROM feedback.profiles WHERE user_id = $1", userId)
        .RowAsync(row => new PublicProfile(row.GetString(0), row.GetString(1), row.GetInt32(2), row.GetBoolean(3)), cancellationToken);

    /// <summary>The profile, made now when it is not there; null for somebody who was erased.</summary>
    public async Task<PublicProfile?> EnsureAsync(string userId, CancellationToken cancellationToken)
    {
        if (await GetAsync(userId, cancellationToken) is { } known)
            return known;
        if (await erased.IsErasedAsync(userId, cancellationToken))
            return null;
        var hash = Pseudonym.Hash(userId, options.PseudonymSecret, options.PseudonymScheme == "hmac");
        await database.Sql("INSERT INTO feedback.profiles (user_id, display_hash, display_name, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT (user_id) DO NOTHING",
            userId, hash, Pseudonym.Name(hash), time.GetUtcNow()).RunAsync(cancellationToken);
        return await GetAsync(userId, cancellationToken);
    }

    public async Task SetShowRealNameAsync(string userId, bool value, CancellationToken cancellationToken)
    {
        if (await EnsureAsync(userId, cancellationToken) is not null)
            await database.Sql("UPDATE feedback.profiles SET show_real_name = $2 WHERE user_id = $1", userId, value).RunAsync(cancellationToken);
    }
}
