using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using NAudio.Wave;
using NAudio.Wave.Compression;

/// <summary>A tag of a driver, with the formats that NAudio lists for it.</summary>
sealed record ListedTag(AcmFormatTag Tag, IReadOnlyList<AcmFormat> Formats)
{
    public WaveFormatEncoding Number => Tag.FormatTag;
}

static class Formats
{
    /// <summary>Every tag of an open driver. GetFormats enumerates the formats of all tags, as
    /// acmFormatEnum does without a flag, so that one call lists everything.</summary>
    public static List<ListedTag> Of(AcmDriver driver)
    {
        var tags = driver.FormatTags.ToList();
        var formats = driver.GetFormats(tags[0]).ToLookup(format => format.FormatTag);

        return tags.Select(tag => new ListedTag(tag, formats[tag.FormatTag].ToList())).ToList();
    }

    public static bool IsPcm(WaveFormatEncoding tag) =>
        tag is WaveFormatEncoding.Pcm or WaveFormatEncoding.IeeeFloat
            or WaveFormatEncoding.Extensible;

    /// <summary>Formats whose frames vary in size, so that their block is a byte.</summary>
    public static bool IsMpeg(WaveFormat format) =>
        format.Encoding is WaveFormatEncoding.MpegLayer3 or WaveFormatEncoding.Mpeg;

    public static WaveFormat PcmOf(WaveFormat format) =>
        new(format.SampleRate, 16, format.Channels);

    /// <summary>The bytes of the fmt chunk, which distinguish every format.</summary>
    public static string Key(WaveFormat format)
    {
        var bytes = new MemoryStream();

        using (var writer = new BinaryWriter(bytes))
            format.Serialize(writer);
        return Convert.ToHexString(bytes.ToArray());
    }

    public static string Text(WaveFormat format) =>
        $"0x{(int)format.Encoding:X4} {format.SampleRate} Hz, {format.Channels} channels, " +
        $"{format.AverageBytesPerSecond} bytes/s, blocks of {format.BlockAlign}";
}
