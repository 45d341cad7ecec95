<?php
require __DIR__ . '/minutely.php';
