using Mana.Auth.Contracts;
using Npgsql;

namespace Mana.Auth.Import;

/// <summary>Accounts and spaces that are here already and did not come from the original, but have an id, an address or a slug of it.</summary>
internal static class Conflicts
{
    const int Chunk = 5000;
    const int FirstIds = 20;

    static readonly string Users = $"""
        SELECT CASE WHEN u.id = s.id THEN 'the same id' ELSE 'the same address (original/here)' END, CASE WHEN u.id = s.id THEN s.id ELSE s.id || '/' || u.id END
        FROM unnest($1::text[], $2::text[]) AS s(id, mark) JOIN auth.users u ON u.id = s.id OR u.email_normalized = s.mark
        WHERE NOT EXISTS (SELECT 1 FROM auth.imported_rows i WHERE i.table_name = 'users' AND i.row_digest = {ImportBook.DigestSql("users", "s.id")})
        """;

    static readonly string Spaces = $"""
        SELECT CASE WHEN o.id = s.id THEN 'the same id' ELSE 'the same slug (original/here)' END, CASE WHEN o.id = s.id THEN s.id ELSE s.id || '/' || o.id END
        FROM unnest($1::text[], $2::text[]) AS s(id, mark) JOIN auth.organizations o ON o.id = s.id OR o.slug = s.mark
        WHERE NOT EXISTS (SELECT 1 FROM auth.imported_rows i WHERE i.table_name = 'organizations' AND i.row_digest = {ImportBook.DigestSql("organizations", "s.id")})
        """;

    public static async Task<IReadOnlyList<AuthImportFinding>> FindAsync(NpgsqlConnection connection, Survey survey, CancellationToken cancellationToken) =>
    [
        .. await FindAsync(connection, "users", Users, survey.Accepted.Select(user => (user.Id, user.Address)), cancellationToken),
        .. await FindAsync(connection, "organizations", Spaces, survey.AllSpaces.Select(space => (space.Id, space.Slug)), cancellationToken),
    ];

    static async Task<IEnumerable<AuthImportFinding>> FindAsync(
        NpgsqlConnection connection, string table, string sql, IEnumerable<(string Id, string? Mark)> rows, CancellationToken cancellationToken)
    {
        var found = new List<(string What, string Ids)>();
        foreach (var chunk in rows.Chunk(Chunk))
        {
            await using var command = new NpgsqlCommand(sql, connection);
            command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. chunk.Select(row => row.Id)] });
            command.Parameters.Add(new NpgsqlParameter<string?[]> { TypedValue = [.. chunk.Select(row => row.Mark)] });
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
                found.Add((reader.GetString(0), reader.GetString(1)));
        }

        return found.GroupBy(pair => pair.What, StringComparer.Ordinal).Select(group =>
            new AuthImportFinding(table, group.Key, group.Count(), [.. group.Select(pair => pair.Ids).Order(StringComparer.Ordinal).Take(FirstIds)]));
    }
}
