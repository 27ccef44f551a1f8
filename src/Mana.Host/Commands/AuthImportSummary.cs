using System.Globalization;
using Mana.Auth.Contracts;

namespace Mana.Host.Commands;

/// <summary>What the operator reads at the end of an import of accounts: counts and ids, never addresses.</summary>
internal static class AuthImportSummary
{
    public static IEnumerable<string> Lines(AuthImportResult.Refused refused) =>
        refused.Conflicts.Select(Finding).Prepend("Nothing was imported: " + refused.Reason);

    public static IEnumerable<string> Lines(AuthImportResult.Completed result)
    {
        if (result.DryRun)
            yield return "A dry run: nothing of this was stored.";
        foreach (var line in Table(result.Tables))
            yield return line;
        yield return "";
        foreach (var skipped in result.Skipped)
            yield return "Skipped " + Finding(skipped);
        foreach (var remark in result.Remarks)
            yield return "Noted " + Finding(remark);
        foreach (var left in result.LeftBehind)
            yield return Text($"skipped: {left.Table} {left.Rows:N0} ({left.Reason})");
        yield return Text($"Vaults: {result.Vaults.Opened:N0} open with the key-encryption keys of this server, {result.Vaults.ZeroKnowledge:N0} only with their owners' codes.");
        foreach (var closed in result.Vaults.Closed)
            yield return "Vaults that do NOT open: " + Finding(closed);
        foreach (var table in result.Tables.Where(table => table.Differences > 0))
            yield return Text($"  {table.Name}: {table.Differences:N0} rows are not here as they should ({string.Join(", ", table.FirstDifferences)}{(table.Differences > table.FirstDifferences.Count ? ", …" : "")})");
        yield return result.Passed ? "Verified: no differences, and every vault can be opened." : "NOT verified.";
    }

    static IEnumerable<string> Table(IReadOnlyList<AuthImportTable> tables)
    {
        var width = tables.Max(table => table.Name.Length);
        yield return $"{"table".PadRight(width)} {"read",10} {"stored",10} {"before",10} {"skipped",10} {"equal",10} {"changed",10} {"different",10}";
        foreach (var table in tables)
            yield return table.Name.PadRight(width)
                + Text($" {table.Read,10:N0} {table.Stored,10:N0} {table.Before,10:N0} {table.Skipped,10:N0} {table.Equal,10:N0} {table.ChangedSince,10:N0} {table.Differences,10:N0}");
    }

    static string Finding(AuthImportFinding finding) =>
        Text($"{finding.Count:N0} of {finding.Table}: {finding.What} ({string.Join(", ", finding.FirstIds)}{(finding.Count > finding.FirstIds.Count ? ", …" : "")})");

    static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
