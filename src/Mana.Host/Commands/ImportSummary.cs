using System.Globalization;
using Mana.Sync.Contracts;

namespace Mana.Host.Commands;

/// <summary>What the operator reads at the end of an import.</summary>
internal static class ImportSummary
{
    public static IEnumerable<string> Lines(ImportResult.Completed result)
    {
        foreach (var line in Table(result))
            yield return line;
        yield return "";
        if (result.StoredBefore > 0)
            yield return Text($"Earlier runs stored {result.StoredBefore:N0} rows.");
        foreach (var skipped in result.Skipped)
            yield return Text($"Skipped {skipped.Count:N0}: {skipped.What} ({string.Join(", ", skipped.FirstIds)}{(skipped.Count > skipped.FirstIds.Count ? ", …" : "")})");
        foreach (var remark in result.Remarks)
            yield return Text($"Noted {remark.Count:N0}: {remark.What} ({string.Join(", ", remark.FirstIds)}{(remark.Count > remark.FirstIds.Count ? ", …" : "")})");
        foreach (var warning in result.Warnings)
            yield return "Warning: " + warning;
        foreach (var line in Verification(result.Verification))
            yield return line;
    }

    static IEnumerable<string> Table(ImportResult.Completed result)
    {
        var total = new ImportedApp(
            "all", result.Apps.Sum(app => app.Read), result.Apps.Sum(app => app.Stored), result.Apps.Sum(app => app.Duplicates),
            result.Apps.Sum(app => app.Skipped), result.Apps.Sum(app => app.Records));
        var width = Math.Max(3, result.Apps.Select(app => app.AppId.Length).DefaultIfEmpty().Max());
        yield return $"{"app".PadRight(width)} {"read",12} {"stored",12} {"duplicates",12} {"skipped",12} {"records",12}";
        foreach (var app in result.Apps.Append(total))
            yield return app.AppId.PadRight(width) + Text($" {app.Read,12:N0} {app.Stored,12:N0} {app.Duplicates,12:N0} {app.Skipped,12:N0} {app.Records,12:N0}");
    }

    static IEnumerable<string> Verification(ImportVerification verification)
    {
        yield return Text($"Rows: {verification.RowsHere:N0} of {verification.Rows:N0} are here.");
        yield return Text($"Records: {verification.RecordsCompared:N0} of {verification.Records:N0} compared with a replay of the original, {verification.RecordsChangedSince:N0} of them changed since.");
        foreach (var difference in verification.FirstDifferences)
            yield return "  " + difference;
        yield return verification.Passed ? "Verified: no differences." : Text($"NOT verified: {verification.Differences:N0} differences.");
    }

    static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
