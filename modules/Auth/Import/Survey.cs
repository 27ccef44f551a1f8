using System.Text.Json.Nodes;
using Mana.Auth.Accounts;
using Mana.Auth.Spaces;

namespace Mana.Auth.Import;

/// <summary>An account of the original, as far as it decides about other rows.</summary>
/// <param name="Address">The form that must be unique; null when there is none that could be stored.</param>
internal sealed record SurveyedUser(string Id, string? Address, bool Verified, string CreatedAt);

/// <summary>A space of the original.</summary>
/// <param name="Owner">Whose personal space it is; null for a shared one.</param>
/// <param name="SurplusOf">A further personal space of somebody, which becomes a shared one: there may be only one, and nothing in it may be lost.</param>
/// <param name="Head">Who must be an owner of it: a shared space keeps at least one. Null when nobody belongs to it.</param>
internal sealed record SurveyedSpace(string Id, string? Slug, string? Owner, string? SurplusOf, string? Head);

/// <summary>
/// What has to be known of the whole original before the first row is stored: which of several accounts with one address stays, and which
/// of several personal spaces of a person. Held in memory: a few hundred bytes per account.
/// </summary>
internal sealed class Survey
{
    const int LongestAddress = 254;

    static readonly SourceTable Users = new("users", ["id", "email"], ["email_verified", "created_at"]);
    static readonly SourceTable Spaces = new("organizations", ["id", "created_at"], ["slug", "metadata"]) { OrderBy = "created_at, id" };
    static readonly SourceTable Members = new("members", ["organization_id", "user_id", "role", "created_at"], []) { OrderBy = "created_at, id" };

    static readonly string[] Ranks = [SpaceRoles.Owner, SpaceRoles.Admin];

    readonly Dictionary<string, SurveyedUser> _users = new(StringComparer.Ordinal);
    readonly Dictionary<string, string> _byAddress = new(StringComparer.Ordinal);
    readonly Dictionary<string, SurveyedSpace> _spaces = new(StringComparer.Ordinal);

    Survey()
    {
    }

    /// <summary>Those that will be imported.</summary>
    public IEnumerable<SurveyedUser> Accepted => _users.Values.Where(user => user.Address is not null && _byAddress[user.Address] == user.Id);

    public IEnumerable<SurveyedSpace> AllSpaces => _spaces.Values;

    /// <summary>Whether the account is imported; the rows of one that is not have nobody to belong to.</summary>
    public bool IsAccepted(string? userId) =>
        userId is not null && _users.TryGetValue(userId, out var user) && user.Address is { } address && _byAddress[address] == userId;

    /// <summary>Null when no account could have it.</summary>
    public static string? Address(OriginalRow row) =>
        row["email"] is { } text && EmailAddress.Canonical(text) is { Length: > 0 and <= LongestAddress } address ? address : null;

    /// <summary>Null for a personal space of nobody.</summary>
    public SurveyedSpace? Space(string? id) => id is null ? null : _spaces.GetValueOrDefault(id);

    public static bool IsPersonal(OriginalRow space) => TypeOf(space) == "personal";

    /// <summary>The word in the metadata; null when there is none.</summary>
    public static string? TypeOf(OriginalRow space) => Word(space.Json("metadata", out _), "type");

    public static string? Word(JsonNode? metadata, string name) =>
        metadata is JsonObject document && document[name] is JsonValue value && value.TryGetValue<string>(out var word) ? word.Trim().ToLowerInvariant() : null;

    public static async Task<Survey> TakeAsync(OriginalAuth original, CancellationToken cancellationToken)
    {
        var survey = new Survey();
        await foreach (var row in original.RowsAsync(Users, cancellationToken))
            survey.Add(new SurveyedUser(row["id"] ?? "", Address(row), row.Flag("email_verified"), row.Instant("created_at") ?? "9999"));
        var heads = await survey.HeadsAsync(original, cancellationToken);
        var taken = new HashSet<string>(StringComparer.Ordinal);
        // Oldest first: that is the one the account was created with.
        await foreach (var row in original.RowsAsync(Spaces, cancellationToken))
        {
            if (row["id"] is not { Length: > 0 } id)
                continue;
            var head = heads.GetValueOrDefault(id).User;
            var owner = IsPersonal(row) ? head : null;
            if (IsPersonal(row) && owner is null)
                continue;
            var isSurplus = owner is not null && !taken.Add(owner);
            survey._spaces[id] = new SurveyedSpace(id, row["slug"], isSurplus ? null : owner, isSurplus ? owner : null, head);
        }

        return survey;
    }

    void Add(SurveyedUser user)
    {
        if (user.Id.Length == 0)
            return;
        _users[user.Id] = user;
        if (user.Address is { } address && (!_byAddress.TryGetValue(address, out var other) || IsBefore(user, _users[other])))
            _byAddress[address] = user.Id;
    }

    /// <summary>Who has shown that the address is theirs keeps it; then whoever came first.</summary>
    static bool IsBefore(SurveyedUser one, SurveyedUser other) => one.Verified != other.Verified
        ? one.Verified
        : string.CompareOrdinal(one.CreatedAt + one.Id, other.CreatedAt + other.Id) < 0;

    /// <summary>The first owner of each space, else its first administrator, else its first member.</summary>
    async Task<Dictionary<string, (string User, int Rank)>> HeadsAsync(OriginalAuth original, CancellationToken cancellationToken)
    {
        var heads = new Dictionary<string, (string User, int Rank)>(StringComparer.Ordinal);
        await foreach (var row in original.RowsAsync(Members, cancellationToken))
        {
            if (row["organization_id"] is not { } space || row["user_id"] is not { } user || !IsAccepted(user))
                continue;
            var rank = Array.FindIndex(Ranks, role => row["role"]?.Contains(role, StringComparison.OrdinalIgnoreCase) == true) is >= 0 and var at ? at : Ranks.Length;
            if (!heads.TryGetValue(space, out var known) || rank < known.Rank)
                heads[space] = (user, rank);
        }

        return heads;
    }
}
