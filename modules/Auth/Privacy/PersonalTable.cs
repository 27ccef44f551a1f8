namespace Mana.Auth.Privacy;

/// <summary>
/// A table of this module that holds something about people. In its SQL <c>$1</c> is the user's id and <c>$2</c> the normalised address. A
/// further table is one line in <see cref="PersonalTables"/>, and export, erasure and the last look know of it.
/// </summary>
/// <param name="Table">Without the schema.</param>
/// <param name="Where">Which rows are the person's.</param>
/// <param name="Key">Name in the export; null: not told, because it holds only secrets or counters.</param>
/// <param name="Columns">What is told, as a SELECT list whose aliases are the names in the export. Never hashes, secrets or sealed values.</param>
/// <param name="ByAddress">
/// <paramref name="Where"/> goes by the address. Erased with the account, and not looked for later: the address may be somebody else's by then.
/// </param>
/// <param name="Kept">Told but not erased here: it goes with the account's row, or is pseudonymised.</param>
internal sealed record PersonalTable(string Table, string Where, string? Key = null, string? Columns = null, bool ByAddress = false, bool Kept = false, string? Order = null)
{
    public string ExportSql => $"SELECT row_to_json(r)::text FROM (SELECT {Columns} FROM auth.{Table} WHERE {Where}{(Order is null ? "" : " ORDER BY " + Order)}) r";

    public string EraseSql => $"DELETE FROM auth.{Table} WHERE {Where}";

    public string CountSql => $"SELECT count(*) FROM auth.{Table} WHERE {Where}";
}
